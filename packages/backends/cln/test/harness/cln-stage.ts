import { randomBytes } from 'node:crypto'
import {
  createSimulatedNetwork,
  type ManualClock,
  type NetworkTopology,
  type SimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import type { Counterparty, Stage } from '@lightning-mcp/backend-testkit'
import { counterpartyOf, createShiftedClock } from '@lightning-mcp/broken-backends'
import { decodeOffer } from '@lightning-mcp/codec'
import { type Msat, msat, type NodeId, sat } from '@lightning-mcp/core'
import { type FakeCln, type FakeClnOptions, startFakeCln } from '@lightning-mcp/fake-cln'

/** The node under test, `alice`, with two channels to `hub`, a `shop` behind it, and `dave` behind `alice`. */
const TOPOLOGY: NetworkTopology = {
  nodes: [
    { name: 'alice', onchainSat: sat(5_000_000n) },
    { name: 'hub', onchainSat: sat(5_000_000n) },
    { name: 'shop' },
    { name: 'bob' },
    { name: 'dave' },
  ],
  channels: [
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    { between: ['hub', 'shop'], capacitySat: sat(40_000_000n) },
    { between: ['dave', 'alice'], capacitySat: sat(1_000_000n) },
  ],
}

const PAGE = 10

/** A network of its own with a Core Lightning in it that is none. */
export interface ClnWorld {
  readonly fake: FakeCln
  /** Another one of other options, on another network; closed with the world. */
  another(options: FakeClnOptions): Promise<FakeCln>
  /** In which the node holds exactly this much in channels. */
  funded(amountMsat: Msat, options?: FakeClnOptions): Promise<FakeCln>
  /** What every stage has, whichever way the adapter reaches the node. */
  readonly stage: Omit<Stage, 'backends' | 'secrets'>
}

export async function openClnWorld(options: FakeClnOptions = {}): Promise<ClnWorld> {
  const clock = createShiftedClock()
  const opened: FakeCln[] = []
  const networks: SimulatedNetwork[] = []
  const start = async (topology: NetworkTopology, more: FakeClnOptions): Promise<FakeCln> => {
    const seed = randomBytes(32).toString('hex')
    const network = createSimulatedNetwork({ seed, clock, topology })
    networks.push(network)
    const fake = await startFakeCln({ clock, network: { network, seed }, ...more })
    opened.push(fake)
    return fake
  }
  const fake = await start(TOPOLOGY, options)
  return {
    fake,
    another: (more) => start(TOPOLOGY, more),
    funded: (amountMsat, more = {}) => start(holding(amountMsat), more),
    stage: {
      ...stageAround(fake, clock),
      async close() {
        await Promise.all(opened.map((one) => one.close()))
        for (const network of networks) network.close()
      },
    },
  }
}

const holding = (amountMsat: Msat): NetworkTopology => ({
  nodes: [{ name: 'alice' }, { name: 'hub' }],
  channels: [
    {
      between: ['alice', 'hub'],
      capacitySat: sat(amountMsat / 1000n + 1_000_000n),
      remoteSat: sat(1_000_000n),
    },
  ],
})

function stageAround(fake: FakeCln, clock: ManualClock): Omit<Stage, 'backends' | 'secrets' | 'close'> {
  const { network, faults } = fake
  const payee = clnCounterparty(network, 'shop')
  return {
    counterparty: clnCounterparty(network, 'hub'),
    remote: payee,
    multiPart: { payee, amountMsat: msat(6_000_000_000n) },
    wireCalls: () => fake.calls(),
    openConnections: () => fake.connections(),
    clock: {
      now: () => Math.floor(clock.now() / 1000),
      advance: async (seconds) => clock.advance(seconds * 1000),
    },
    faults: {
      refuseConnections: faults.refuseConnections,
      cutConnections: faults.cutConnections,
      loseReply: faults.loseReply,
      garbleReply: faults.garbleReply,
      failReplyWhileHeld: faults.failWhileHeld,
      hidePaymentOnce: faults.hidePaymentOnce,
      limitRate: faults.limitRate,
      breakStreams: faults.breakStreams,
      forgeSettledEvent: faults.forgeSettledEvent,
      async floodEvents(count) {
        await fake.untilWatched()
        await flood(network, count)
      },
      connectionAttempts: faults.connectionAttempts,
    },
    async spareChannel() {
      const { items } = await network.wallet('alice').channels!.list({ limit: PAGE })
      const { channelId, shortChannelId, fundingOutpoint } = items[0]!
      return { channelId: channelId!, shortChannelId: shortChannelId!, fundingOutpoint: fundingOutpoint! }
    },
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    async routePayment(amountMsat) {
      const { invoice } = await counterpartyOf(network, 'hub').createInvoice({ amountMsat })
      await counterpartyOf(network, 'dave').pay({ invoice })
    },
    stranger: { nodeId: nodeIdOf(network, 'bob'), host: '127.0.0.1:9735' },
    foreignAddress: () => network.wallet('shop').onchain!.newAddress!({}),
    // Core Lightning splices out into its own wallet only
    spliceOutAddress: async () => {
      const { bech32 } = (await fake.call('newaddr', { addresstype: 'bech32' })) as { bech32: string }
      return bech32
    },
  }
}

const nodeIdOf = (network: SimulatedNetwork, name: string): NodeId =>
  network.nodes.find((node) => node.name === name)!.nodeId

/** A node of the network with offers that can be paid. */
function clnCounterparty(network: SimulatedNetwork, name: string): Counterparty {
  const offers = network.wallet(name).offers!
  return {
    ...counterpartyOf(network, name),
    createOffer: async (request) => (await offers.create({ description: 'tea', ...request })).offer,
    async disableOffer(offer) {
      await offers.disable!({ offerId: decodeOffer(offer).offerId })
    },
    async payOffer(request) {
      const { status } = await offers.pay!({ ...request, maxFeeMsat: msat(1_000_000n) })
      if (status !== 'settled') throw new Error(`the counterparty's payment is ${status}`)
    },
  }
}

/** Events for the node, by many tiny payments to it. */
async function flood(network: SimulatedNetwork, count: number): Promise<void> {
  const { keysend } = network.wallet('hub')
  const destination = nodeIdOf(network, 'alice')
  for (let index = 0; index < count; index += 1)
    await keysend!.send({
      destination,
      amountMsat: msat(1000n),
      maxFeeMsat: msat(0n),
      preimage: randomBytes(32).toString('hex') as never,
    })
}
