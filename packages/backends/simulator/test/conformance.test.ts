import { type BackendHarness, runConformance, type Stage } from '@lightning-mcp/backend-testkit'
import { LightningError, sat } from '@lightning-mcp/core'
import { describe, test } from 'vitest'
import { createSimulatedNetwork, type SimulatedNetwork } from '../src/index.ts'
import type { WalletCall, WalletLink } from '../src/service/wallet-service.ts'
import { createWallet } from '../src/simulator-backend.ts'
import { flood, openStageNetwork, stageAround } from './simulator-stage.ts'

/** What the test does to the way between wallet and engine. */
interface Way {
  calls: number
  loseNext: boolean
  failNext: boolean
}

const SPENDING: readonly string[] = [
  'payInvoice',
  'sendKeysend',
  'payOffer',
  'openChannel',
  'closeChannel',
  'sendOnchain',
  'spliceIn',
  'spliceOut',
] satisfies WalletCall[]

function linkOver(network: SimulatedNetwork, way: Way): WalletLink {
  const link = network.openLink('alice')
  const inner = link.call as (name: string, ...request: readonly unknown[]) => Promise<unknown>
  const call = async (name: string, ...request: readonly unknown[]): Promise<unknown> => {
    way.calls += 1
    const answering = inner(name, ...request)
    if (way.failNext && name === 'payInvoice') {
      way.failNext = false
      throw new LightningError({ code: 'no_route', message: 'gave up on it', sent: 'maybe' })
    }
    const answer = await answering
    if (!way.loseNext || !SPENDING.includes(name)) return answer
    way.loseNext = false
    throw new LightningError({ code: 'unavailable', message: 'the reply was lost', sent: 'maybe' })
  }
  return { ...link, call: call as WalletLink['call'] }
}

const harness: BackendHarness = {
  name: 'simulator in process',
  network: 'regtest',
  async openStage(): Promise<Stage> {
    const { network, clock, seed } = openStageNetwork()
    const way: Way = { calls: 0, loseNext: false, failNext: false }
    return {
      ...stageAround(network, clock),
      backends: {
        full: () => createWallet({ openLink: () => linkOver(network, way), clock }),
        funded: (amountMsat) =>
          createSimulatedNetwork({
            topology: {
              nodes: [{ name: 'alice' }, { name: 'hub' }],
              channels: [
                {
                  between: ['alice', 'hub'],
                  capacitySat: sat(amountMsat / 1000n + 1_000_000n),
                  remoteSat: sat(1_000_000n),
                },
              ],
            },
          }).wallet('alice'),
      },
      wireCalls: () => way.calls,
      secrets: [seed],
      faults: {
        loseReply: () => {
          way.loseNext = true
        },
        failReplyWhileHeld: () => {
          way.failNext = true
        },
        floodEvents: (count) => flood(network, count),
      },
      close: async () => network.close(),
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
    // there is no wire in this process; conformance-socket.test.ts runs these
    'connection-lost-before-send-unavailable',
    'event-gap-healed-by-reconcile',
    'forged-event-ignored',
    'lookup-not-found-once-then-appears',
    'malformed-reply-unknown',
    'rate-limit-backs-off',
    'reconnect-with-backoff',
    'unreachable-is-unavailable',
  ],
})
