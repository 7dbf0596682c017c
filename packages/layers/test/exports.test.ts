import { expect, test } from 'vitest'
import * as layers from '../src/index.ts'

test('the package exports what its users need and no more', () => {
  expect(Object.keys(layers).sort()).toMatchInlineSnapshot(`
    [
      "composeLayers",
      "createFaultPlan",
      "createMemoryDuplicateGuardStore",
      "openFileDuplicateGuardStore",
      "redact",
      "withCapabilityCheck",
      "withDuplicateGuard",
      "withErrorContext",
      "withFaults",
      "withLogging",
      "withMetrics",
      "withRetry",
      "withTimeout",
      "wrapBackend",
    ]
  `)
})
