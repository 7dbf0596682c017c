import { randomBytes } from 'node:crypto'
import {
  createSimulatedNetwork,
  type NetworkTopology,
  type SimulatedNetwork,
  type SimulatorClock,
  systemClock,
} from '@lightning-mcp/backend-simulator'
import { type Msat, msat, preimage, sat } from '@lightning-mcp/core'
import { AbortedOpenings } from './books/aborted-openings.ts'
import { FundingBook } from './books/funding-book.ts'
import { IncomingBook } from './books/incoming-book.ts'
import { allChannels } from './books/list-channels.ts'
import { OfferBook } from './books/offer-book.ts'
import { OutgoingBook } from './books/outgoing-book.ts'
import { PeerBook } from './books/peer-book.ts'
import { ChannelEvents } from './channel-events.ts'
import type { EclairNode, EclairVersion } from './eclair-node.ts'
import { ENDPOINTS } from './endpoints/endpoints.ts'
import { hashOf } from './endpoints/invoice-endpoints.ts'
import { EngineEvents } from './engine-events.ts'
import { fillHistory, type HistorySize } from './fill-history.ts'
import type { JsonObject } from './json.ts'
import { PaymentScript } from './payment-script.ts'
import { noteOutside } from './payments/book-past.ts'
import { noteReceived } from './payments/note-received.ts'
import { privateKeyOf } from './private-key.ts'
import { EventHub } from './wire/event-hub.ts'
import { EventStreams } from './wire/event-streams.ts'
import { Form } from './wire/form.ts'
import { HttpServer } from './wire/http-server.ts'
import { WireFaults } from './wire/wire-faults.ts'

export interface FakeEclairOptions {
  /** The network in which it stands, with the seed that it was made from. Default: a new one. */
  network?: { network: SimulatedNetwork; seed: string }
  /** Name of its node. Default `alice`. */
  node?: string
  topology?: NetworkTopology
  clock?: SimulatorClock
  /** Default: a random one. */
  password?: string
  /** Default 0: any that is free. */
  port?: number
  /** `https` with this certificate. */
  tls?: { key: string; cert: string }
  version?: EclairVersion
  /** What `getinfo` says. Default `regtest`. */
  chain?: EclairNode['chain']
  /** What a wrong password costs. Default 1000, as in the original. */
  wrongPasswordDelayMs?: number
  /** After how long a call that is never answered ends in an error. Default 30,000, as in the original. */
  askTimeoutMs?: number
  /** After how long a silent websocket is dropped. Default 61,000, as in the original. */
  silenceMs?: number
  /**
   * Whether whoever has learned a preimage takes the money of a second payment. Default false: an honest
   * recipient, which refuses it. A test of double payments wants true.
   */
  takesSecondPayments?: boolean
}

/** A running Eclair. */
export interface FakeEclair {
  readonly url: string
  readonly password: string
  readonly nodeId: string
  readonly network: SimulatedNetwork
  readonly faults: WireFaults
  /** What the next payments do. */
  readonly script: PaymentScript
  readonly streams: EventStreams
  /** Requests and websockets so far. */
  readonly calls: number
  readonly openConnections: number
  /** `method.field` of what a client has sent and this Eclair has ignored. */
  readonly ignoredFields: ReadonlySet<string>
  /** What was paid again under this hash after it had been paid. */
  takenAgain(paymentHash: string): Msat
  cutConnections(): void
  /** Writes payments of the past into its books, before anything else happens. */
  fillHistory(size: HistorySize): void
  /** As after an end and a start of the program: no payment's actor lives any more. */
  restart(): void
  close(): Promise<void>
}

/** Two channels to a hub, and a shop behind it that the hub charges for in whole sats. */
const DEFAULT_TOPOLOGY: NetworkTopology = {
  nodes: [
    { name: 'alice', alias: 'ecl-a', onchainSat: sat(5_000_000n) },
    { name: 'hub', alias: 'ecl-b', onchainSat: sat(5_000_000n) },
    { name: 'shop', alias: 'ecl-c', onchainSat: sat(5_000_000n) },
  ],
  channels: [
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    { between: ['alice', 'hub'], capacitySat: sat(8_000_000n) },
    {
      between: ['hub', 'shop'],
      capacitySat: sat(40_000_000n),
      policies: [{ feeBaseMsat: msat(1000n), feeProportionalMillionths: 0 }],
    },
  ],
}

/** Starts an Eclair 0.14.1 that answers as the captures do and whose money moves in the simulator. */
export async function startFakeEclair(options: FakeEclairOptions = {}): Promise<FakeEclair> {
  const { node: name = 'alice', clock = systemClock } = options
  const password = options.password ?? randomBytes(12).toString('hex')
  const world = options.network ?? openWorld(options, clock)
  const { network } = world
  const own = network.nodes.find((candidate) => candidate.name === name)
  if (own === undefined) throw new Error(`the network has no node ${name}`)
  let channel: JsonObject = {}
  const readChannel = async (): Promise<void> => {
    const { items } = await node.wallet.channels!.list({ limit: 1 })
    channel = { channelId: items[0]?.channelId, remoteNodeId: items[0]?.peer }
  }
  const tellChannel = async (change: 'pending' | 'opened' | 'closed', channelId: string): Promise<void> => {
    await readChannel()
    const changed = (await allChannels(node)).find((candidate) => candidate.channelId === channelId)
    if (changed !== undefined) channelEvents[change](changed)
  }
  /** Hashes under which the money of second payments moves: nothing that this node would know of. */
  const secondSecrets = new Set<string>()
  const takenAgain = new Map<string, bigint>()
  const node: EclairNode = {
    version: options.version ?? '0.14',
    chain: options.chain ?? 'regtest',
    name,
    alias: own.alias,
    nodeId: own.nodeId,
    privateKey: privateKeyOf(world.seed, name, own.nodeId),
    network,
    wallet: network.wallet(name),
    link: network.openLink(name),
    clock,
    outgoing: new OutgoingBook(),
    incoming: new IncomingBook(),
    offers: new OfferBook(),
    peers: new PeerBook(),
    fundings: new FundingBook(),
    abortedOpenings: new AbortedOpenings(),
    get channelEvents() {
      return channelEvents
    },
    feeRateSatPerVbyte: 1,
    async isConnected(nodeId) {
      const peers = await node.wallet.peers!.list({})
      return (
        !node.peers.isDisconnected(nodeId) && peers.some((peer) => peer.nodeId === nodeId && peer.connected)
      )
    },
    events: new EventHub(),
    script: new PaymentScript(),
    askTimeoutMs: options.askTimeoutMs ?? 30_000,
    takesSecondPayments: options.takesSecondPayments ?? false,
    engineEvents: new EngineEvents(network, name, {
      received: (invoice) => noteReceived(node, invoice),
      sent: (payment) => {
        if (!secondSecrets.has(payment.paymentHash)) noteOutside(node, payment)
      },
      channel: (change, channelId) => void tellChannel(change, channelId),
    }),
    unfinished: new Map(),
    anyChannel: () => channel,
    async takeAgain({ paymentHash, recipientNodeId, amountMsat, maxFeeMsat }) {
      const secret = randomBytes(32).toString('hex')
      secondSecrets.add(hashOf(secret))
      const payment = await node.wallet.keysend!.send({
        destination: recipientNodeId as never,
        amountMsat: msat(amountMsat),
        maxFeeMsat: msat(maxFeeMsat),
        preimage: preimage(secret),
      })
      if (payment.status !== 'settled') return undefined
      takenAgain.set(paymentHash, (takenAgain.get(paymentHash) ?? 0n) + amountMsat)
      return payment
    },
  }
  const channelEvents = new ChannelEvents(node)
  channelEvents.known(await allChannels(node))
  await readChannel()
  const ignoredFields = new Set<string>()
  const faults = new WireFaults()
  const streams = new EventStreams(node.events, options.silenceMs ?? 61_000)
  const server = new HttpServer({
    password,
    faults,
    tls: options.tls,
    wrongPasswordDelayMs: options.wrongPasswordDelayMs ?? 1000,
    call: (method, text) => {
      if (!Object.hasOwn(ENDPOINTS, method)) return undefined
      const form = new Form(text)
      const answer = (async () => ENDPOINTS[method]!(node, form))()
      const note = (): void => {
        for (const field of form.unread()) ignoredFields.add(`${method}.${field}`)
      }
      // what refuses a request has not read the rest of it
      answer.then(note, () => undefined)
      return answer
    },
    upgrade: (request, socket, head) => streams.accept(request, socket, head),
  })
  await server.listen(options.port)
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`,
    password,
    nodeId: own.nodeId,
    network,
    faults,
    script: node.script,
    streams,
    get calls() {
      return server.calls
    },
    get openConnections() {
      return server.openConnections
    },
    ignoredFields,
    takenAgain: (paymentHash) => msat(takenAgain.get(paymentHash) ?? 0n),
    cutConnections: () => server.cutConnections(),
    fillHistory: (size) => fillHistory(node, size),
    restart: () => node.outgoing.restart(),
    async close() {
      node.engineEvents.stop()
      streams.close()
      await server.close()
      if (options.network === undefined) network.close()
    },
  }
}

function openWorld(
  { topology = DEFAULT_TOPOLOGY }: FakeEclairOptions,
  clock: SimulatorClock,
): { network: SimulatedNetwork; seed: string } {
  const seed = randomBytes(32).toString('hex')
  return { seed, network: createSimulatedNetwork({ seed, clock, topology }) }
}
