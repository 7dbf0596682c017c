import {
  type ChannelPlan,
  createManualClock,
  createSimulatedNetwork,
  type SimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import type { BackendHarness, Stage } from '@lightning-mcp/backend-testkit'
import { type LightningBackend, msat, sat } from '@lightning-mcp/core'
import {
  createFaultPlan,
  type FaultPlan,
  type LayerOperation,
  withCapabilityCheck,
  withFaults,
} from '@lightning-mcp/layers'
import { counterpartyOf } from './simulated-counterparty.ts'

const START_MS = Date.UTC(2026, 0, 1)
const SPENDING: readonly LayerOperation[] = ['payInvoice', 'keysend.send', 'channels.open', 'onchain.send']
const REACHING: readonly LayerOperation[] = ['connect', 'getInfo', 'lookupPayment', ...SPENDING]
const CHANNELS: readonly ChannelPlan[] = [
  { between: ['alice', 'bob'], capacitySat: sat(1_000_000n) },
  { between: ['alice', 'bob'], capacitySat: sat(1_000_000n) },
  { between: ['bob', 'carol'], capacitySat: sat(4_000_000n) },
]

/** The network in which a wallet stands, for a backend that breaks more than replies. */
export interface SimulatedWorld {
  readonly network: SimulatedNetwork
}

/** Breaks a correct backend. */
export type Breakage = (wallet: LightningBackend, world: SimulatedWorld) => LightningBackend

/**
 * The kit's stage on a simulated network, a new one for each case: `alice` is tested, `bob` is beside
 * her behind two channels, `carol` behind bob, who charges.
 */
export function createSimulatorHarness(
  name: string,
  breakage: Breakage = (wallet) => wallet,
): BackendHarness {
  return { name, network: 'regtest', openStage: async () => openStage(breakage), patienceMs: 800 }
}

function openStage(breakage: Breakage): Stage {
  const clock = createManualClock(START_MS)
  const plan = createFaultPlan()
  const networks: SimulatedNetwork[] = []
  const build = (channels: readonly ChannelPlan[]): SimulatedNetwork => {
    const nodes = ['alice', 'bob', 'carol'].map((node) => ({ name: node, onchainSat: sat(5_000_000n) }))
    const built = createSimulatedNetwork({ clock, topology: { nodes, channels } })
    networks.push(built)
    return built
  }
  const openWallet = (network: SimulatedNetwork, faults: FaultPlan): LightningBackend =>
    breakage(withFaults(withCapabilityCheck(network.wallet('alice')), { plan: faults }), { network })

  const network = build(CHANNELS)
  return {
    backends: {
      full: () => openWallet(network, plan),
      unreachable: () => openWallet(network, refusing(createFaultPlan())),
      funded: (amountMsat) =>
        openWallet(
          build([{ between: ['alice', 'bob'], capacitySat: sat(amountMsat / 1000n), remoteSat: sat(0n) }]),
          plan,
        ),
    },
    counterparty: counterpartyOf(network, 'bob'),
    remote: counterpartyOf(network, 'carol'),
    multiPart: { payee: counterpartyOf(network, 'bob'), amountMsat: msat(600_000_000n) },
    clock: {
      now: () => Math.floor(clock.now() / 1000),
      advance: async (seconds) => clock.advance(seconds * 1000),
    },
    faults: {
      refuseConnections: async () => {
        refusing(plan)
        return async () => {
          for (const operation of REACHING) plan.always(operation, undefined)
        }
      },
      loseReply: () => {
        for (const operation of SPENDING) plan.once(operation, { kind: 'drop-after-send' })
      },
      hidePaymentOnce: () => plan.once('lookupPayment', { kind: 'lying-reply', change: () => undefined }),
    },
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    spareChannel: async () => (await network.wallet('alice').channels!.list({ limit: 1 })).items[0]!,
    close: async () => {
      for (const opened of networks) opened.close()
    },
  }
}

function refusing(plan: FaultPlan): FaultPlan {
  for (const operation of REACHING) plan.always(operation, { kind: 'drop-before-send' })
  return plan
}
