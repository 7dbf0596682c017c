import {
  type ChannelPlan,
  createManualClock,
  createSimulatedNetwork,
  type SimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import type { BackendHarness, Stage } from '@lightning-mcp/backend-testkit'
import {
  type Capability,
  type LightningBackend,
  msat,
  OPERATIONS,
  type Operation,
  type OperationClass,
  sat,
} from '@lightning-mcp/core'
import {
  createFaultPlan,
  type FaultPlan,
  type LayerOperation,
  withCapabilityCheck,
  withFaults,
} from '@lightning-mcp/layers'
import { counterpartyOf, nodeIdOf } from './simulated-counterparty.ts'
import { createSimulatedConnection, type EdgeLimits, type SimulatedConnection } from './simulated-edge.ts'

const START_MS = Date.UTC(2026, 0, 1)
const SPENDING: readonly LayerOperation[] = [
  'payInvoice',
  'keysend.send',
  'offers.pay',
  'channels.open',
  'onchain.send',
  'splicing.spliceIn',
  'splicing.spliceOut',
]
const REACHING: readonly LayerOperation[] = ['connect', 'getInfo', 'lookupPayment', ...SPENDING]
const CHANNELS: readonly ChannelPlan[] = [
  { between: ['alice', 'bob'], capacitySat: sat(1_000_000n) },
  { between: ['alice', 'bob'], capacitySat: sat(900_000n) },
  { between: ['bob', 'carol'], capacitySat: sat(4_000_000n) },
  { between: ['dave', 'alice'], capacitySat: sat(1_000_000n) },
]

/** Belongs in no error: a backend that prints it is broken. */
export const CREDENTIAL = 'c0ffee'.repeat(8)

/** What the wallet of an older version lacks. */
const MODERN: readonly Capability[] = ['hold.create', 'hold.settle', 'hold.cancel', 'channels.open']

/** The network in which a wallet stands, for a backend that breaks more than replies. */
export interface SimulatedWorld {
  readonly network: SimulatedNetwork
  readonly connection: SimulatedConnection
}

/** Makes another correct backend of the simulated one. */
export type Variant = (wallet: LightningBackend, world: Pick<SimulatedWorld, 'network'>) => LightningBackend

/** Breaks a correct backend. */
export type Breakage = (wallet: LightningBackend, world: SimulatedWorld) => LightningBackend

/**
 * The kit's stage on a simulated network, a new one for each case: `alice` is tested, `bob` is beside
 * her behind two channels, `carol` behind bob, who charges, and `dave` behind alice.
 */
export function createSimulatorHarness(
  name: string,
  breakage: Breakage = (wallet) => wallet,
  variant: Variant = (wallet) => wallet,
): BackendHarness {
  return { name, network: 'regtest', openStage: async () => openStage(breakage, variant), patienceMs: 600 }
}

function openStage(breakage: Breakage, variant: Variant): Stage {
  const clock = createManualClock(START_MS)
  const plan = createFaultPlan()
  const networks: SimulatedNetwork[] = []
  const build = (channels: readonly ChannelPlan[]): SimulatedNetwork => {
    const nodes = ['alice', 'bob', 'carol', 'dave'].map((node) => ({
      name: node,
      onchainSat: sat(5_000_000n),
    }))
    const built = createSimulatedNetwork({ clock, seed: 'broken', topology: { nodes, channels } })
    networks.push(built)
    return built
  }
  const connection = createSimulatedConnection()
  const now = (): number => Math.floor(clock.now() / 1000)
  const open = (
    limits: Omit<EdgeLimits, 'now'> = {},
    { network: from = network, faults = plan }: { network?: SimulatedNetwork; faults?: FaultPlan } = {},
  ): LightningBackend => {
    const wallet = variant(from.wallet('alice'), { network: from })
    const adapter = connection.over(withFaults(wallet, { plan: faults }), { ...limits, now })
    return breakage(withCapabilityCheck(adapter), { network: from, connection })
  }

  const network = build(CHANNELS)
  return {
    backends: {
      full: () => open(),
      readOnly: () => open({ may: classes('read', 'manage'), denied: ['receive', 'send'] }),
      receiveOnly: () => open({ may: classes('read', 'manage', 'receive'), denied: ['send'] }),
      badCredential: () => open({ refuses: 'unauthenticated' }),
      untrustedCertificate: () => open({ refuses: 'unavailable' }),
      locked: () => open({ refuses: 'not_ready' }),
      oldVersion: async () => ({
        backend: open({ may: (capability) => !MODERN.includes(capability) }),
        missing: MODERN,
      }),
      unreachable: () => open({}, { faults: refusing(createFaultPlan()) }),
      funded: (amountMsat) => {
        const capacitySat = sat(amountMsat / 1000n)
        return open({}, { network: build([{ between: ['alice', 'bob'], capacitySat, remoteSat: sat(0n) }]) })
      },
    },
    counterparty: counterpartyOf(network, 'bob'),
    remote: counterpartyOf(network, 'carol'),
    multiPart: { payee: counterpartyOf(network, 'bob'), amountMsat: msat(600_000_000n) },
    clock: {
      now,
      advance: async (seconds) => clock.advance(seconds * 1000),
    },
    wireCalls: () => connection.calls,
    faults: {
      cutConnections: async () => connection.cut(),
      refuseConnections: async () => {
        refusing(plan)
        connection.streams.refusing = true
        connection.streams.break()
        return async () => {
          connection.streams.refusing = false
          for (const operation of REACHING) plan.always(operation, undefined)
        }
      },
      loseReply: () => {
        for (const operation of SPENDING) plan.once(operation, { kind: 'drop-after-send' })
      },
      garbleReply: () => {
        connection.spoilNext = 'garble'
      },
      failReplyWhileHeld: () => {
        connection.spoilNext = 'fail'
      },
      limitRate: () => {
        connection.spoilNext = 'limit'
      },
      breakStreams: async () => connection.streams.break(),
      forgeSettledEvent: async (paymentHash) => connection.streams.forge(paymentHash),
      floodEvents: async (count) => connection.streams.flood(count),
      connectionAttempts: () => connection.streams.attempts,
      hidePaymentOnce: () => plan.once('lookupPayment', { kind: 'lying-reply', change: () => undefined }),
    },
    routePayment: async (amountMsat) => {
      const { invoice } = await counterpartyOf(network, 'bob').createInvoice({ amountMsat })
      await counterpartyOf(network, 'dave').pay({ invoice })
    },
    watchtower: { nodeId: nodeIdOf(network, 'bob'), address: '127.0.0.1:9911' },
    stranger: { nodeId: nodeIdOf(network, 'carol'), host: '127.0.0.1:9735' },
    foreignAddress: async () => network.wallet('bob').onchain!.newAddress!({}),
    secrets: [CREDENTIAL],
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

/** Whether a capability, or the operation that it is an argument of, belongs to one of these classes. */
const classes =
  (...allowed: readonly OperationClass[]) =>
  (capability: Capability): boolean =>
    allowed.includes(OPERATIONS[capability as Operation] ?? OPERATIONS[capability.split('.')[0] as Operation])
