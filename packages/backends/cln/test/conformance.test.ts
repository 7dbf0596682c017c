import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BackendHarness, runConformance, type Stage } from '@lightning-mcp/backend-testkit'
import type { FakeCln } from '@lightning-mcp/fake-cln'
import { describe, test } from 'vitest'
import { createClnBackend } from '../src/index.ts'
import { openClnWorld } from './harness/cln-stage.ts'

const over = ({ socketPath }: FakeCln) => createClnBackend({ socket: socketPath })

const harness: BackendHarness = {
  name: 'Core Lightning, a fake of v26.06.6 over its unix socket',
  network: 'regtest',
  async openStage(): Promise<Stage> {
    const { fake, stage, another, funded } = await openClnWorld()
    return {
      ...stage,
      backends: {
        full: () => over(fake),
        unreachable: () => createClnBackend({ socket: join(tmpdir(), 'no-such-lightning-rpc') }),
        oldVersion: async () => ({
          backend: over(await another({ version: 'v24.08' })),
          missing: ['splicing.spliceIn', 'splicing.spliceOut'],
        }),
        funded: async (amountMsat) => over(await funded(amountMsat)),
      },
    }
  },
}

await runConformance({
  describe,
  test,
  harness,
  expectedSkips: [
    // whoever may open the socket may do everything: it has no credential and no certificate
    'bad-credential-unauthenticated',
    'readonly-credential-profile',
    'receive-only-credential-profile',
    'secrets-absent-from-errors-and-logs',
    'self-signed-cert-accepted-only-with-ca',
    // the daemon does not listen before its wallet is open
    'wallet-locked-not-ready',
  ],
})
