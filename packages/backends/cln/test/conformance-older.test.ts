import { runConformance } from '@lightning-mcp/backend-testkit'
import { describe } from 'vitest'
import { SOCKET_SKIPS, socketHarness } from './harness/socket-harness.ts'
import { withoutWaiting } from './harness/without-waiting.ts'

// no xpay, no xkeysend, no getroutes, and listpays without pages: the older calls stand in
await runConformance({
  describe,
  test: withoutWaiting,
  harness: socketHarness('v24.08'),
  expectedSkips: SOCKET_SKIPS,
})
