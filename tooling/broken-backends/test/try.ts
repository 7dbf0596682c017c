import { examineBackend, formatSummary } from '@lightning-mcp/backend-testkit'
import { createSimulatorHarness } from '../src/simulator-harness.ts'

const t = performance.now()
const s = await examineBackend({
  harness: createSimulatorHarness('honest simulator'),
  ...(process.argv[2] ? { only: [process.argv[2]] } : {}),
})
console.log(formatSummary(s), Math.round(performance.now() - t), 'ms')
