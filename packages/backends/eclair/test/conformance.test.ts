import { runConformance } from '@lightning-mcp/backend-testkit'
import { describe, test } from 'vitest'
import { eclairHarness } from './harness/eclair-harness.ts'

await runConformance({
  describe,
  test,
  harness: eclairHarness,
  expectedSkips: [
    // Eclair opens its API only once it runs, and has one password, which may do everything
    'wallet-locked-not-ready',
    'readonly-credential-profile',
    'receive-only-credential-profile',
  ],
})
