import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BackendHarness, runConformance, type Stage } from '@lightning-mcp/backend-testkit'
import { describe, test } from 'vitest'
import { createSimulatorBackend, serveSimulatedNetwork } from '../src/index.ts'
import { openFaultyProxy } from './faulty-proxy.ts'
import { flood, openStageNetwork, stageAround } from './simulator-stage.ts'

const harness: BackendHarness = {
  name: 'simulator over its socket',
  network: 'regtest',
  async openStage(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'))
    const { network, clock, seed } = openStageNetwork()
    const server = await serveSimulatedNetwork({ network, socketPath: join(folder, 'network.sock') })
    const proxy = await openFaultyProxy({ socketPath: join(folder, 'proxy.sock'), target: server.socketPath })
    return {
      ...stageAround(network, clock),
      backends: {
        full: () => createSimulatorBackend({ socketPath: proxy.socketPath, node: 'alice', clock }),
        unreachable: () => createSimulatorBackend({ socketPath: join(folder, 'nobody.sock') }),
      },
      wireCalls: proxy.calls,
      openConnections: proxy.connections,
      secrets: [seed],
      faults: {
        ...proxy.faults,
        async floodEvents(count) {
          await proxy.subscribed
          await flood(network, count)
        },
      },
      async close() {
        await proxy.close()
        await server.close()
        network.close()
        await rm(folder, { recursive: true })
      },
    }
  },
}

await runConformance({
  describe,
  test,
  harness,
  expectedSkips: [
    // a wallet of the simulator has neither credentials nor versions
    'bad-credential-unauthenticated',
    'readonly-credential-profile',
    'receive-only-credential-profile',
    'self-signed-cert-accepted-only-with-ca',
    'version-too-old-or-method-missing-drops-facet',
    'wallet-locked-not-ready',
    // conformance.test.ts runs it
    'balance-above-2^53-msat',
  ],
})
