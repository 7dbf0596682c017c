import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendHarness } from '@lightning-mcp/backend-testkit'
import type { FakeCln, FakeVersion } from '@lightning-mcp/fake-cln'
import { createClnBackend } from '../../src/index.ts'
import { openClnWorld } from './cln-stage.ts'

const over = ({ socketPath, node }: FakeCln) =>
  createClnBackend({ socket: socketPath }, { clock: () => node.clock.now() })

/** The kit over the unix socket of a fake of that release. */
export const socketHarness = (version: FakeVersion): BackendHarness => ({
  name: `Core Lightning, a fake of ${version} over its unix socket`,
  network: 'regtest',
  async openStage() {
    const { fake, stage, another, funded } = await openClnWorld({ version })
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
})

/** Cases that a socket cannot run. */
export const SOCKET_SKIPS: readonly string[] = [
  // whoever may open the socket may do everything: it has no credential and no certificate
  'bad-credential-unauthenticated',
  'readonly-credential-profile',
  'receive-only-credential-profile',
  'secrets-absent-from-errors-and-logs',
  'self-signed-cert-accepted-only-with-ca',
  // the daemon does not listen before its wallet is open
  'wallet-locked-not-ready',
]
