import { runConformance } from '@lightning-mcp/backend-testkit'
import { requireNodes } from '@lightning-mcp/nodes'
import { afterAll, describe, test } from 'vitest'
import { startLndHarness } from './harness/lnd-harness.ts'

if (await requireNodes('conformance of backend-lnd')) {
  const harness = await startLndHarness()
  afterAll(() => harness.stop())
  await runConformance({ describe, test, harness })
} else test.skip('conformance on real LND: not run, build the nodes first', () => {})
