import { runConformance } from '@lightning-mcp/backend-testkit'
import { requireNodes } from '@lightning-mcp/nodes'
import { afterAll, describe, test } from 'vitest'
import { startLndHarness } from './harness/lnd-harness.ts'
import { testChannels } from './real/channels.ts'
import { testNodeSurface } from './real/node-surface.ts'
import { testWallet } from './real/wallet.ts'

if (await requireNodes('conformance of backend-lnd')) {
  const harness = await startLndHarness()
  afterAll(() => harness.stop())
  await runConformance({
    describe,
    test,
    harness,
    // a real node has neither another clock, an old version, 90,000 BTC nor a rate limit; the scripted LND has
    expectedSkips: [
      'version-too-old-or-method-missing-drops-facet',
      'balance-above-2^53-msat',
      'old-items-beyond-default-window',
      'rate-limit-backs-off',
    ],
  })
  // on the same nodes: starting them is what costs
  testNodeSurface(harness)
  testChannels(harness)
  testWallet(harness)
} else test.skip('conformance on real LND: not run, build the nodes first', () => {})
