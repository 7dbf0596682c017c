import { runConformance } from '@lightning-mcp/backend-testkit'
import { describe, test } from 'vitest'
import { SOCKET_SKIPS, socketHarness } from './harness/socket-harness.ts'

await runConformance({ describe, test, harness: socketHarness('v26.06.6'), expectedSkips: SOCKET_SKIPS })
