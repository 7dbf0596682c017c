import { randomBytes } from 'node:crypto'
import type { Counterparty, Stage } from '@lightning-mcp/backend-testkit'
import { decodeOffer } from '@lightning-mcp/codec'
import {
  type LightningBackend,
  msat,
  type NodeId,
  type PaymentHash,
  type Preimage,
  preimage,
  sat,
} from '@lightning-mcp/core'
import {
  createManualClock,
  createSimulatedNetwork,
  type ManualClock,
  type NetworkTopology,
  type SimulatedNetwork,
} from '../src/index.ts'
import { hashOf } from '../src/invoices/create-invoice.ts'
import signedByCoreLightning from './fixtures/signed-message.json' with { type: 'json' }

const START_MS = Date.UTC(2026, 0, 1)

/** The wallet `alice` with two channels to `hub`, a `shop` behind it, and `dave` behind `alice`. */
export const stageTopology: NetworkTopology = {
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

/** A network of its own with a clock that the kit moves. */
export function openStageNetwork(): { network: SimulatedNetwork; clock: ManualClock; seed: string } {
  const clock = createManualClock(START_MS)
  const seed = randomBytes(32).toString('hex')
  const network = createSimulatedNetwork({ seed, clock, topology: stageTopology, counterparty: 'shop' })
  return { clock, seed, network }
}

/** What every stage has, whichever way the wallet under test reaches the network. */
export function stageAround(
  network: SimulatedNetwork,
  clock: ManualClock,
): Omit<Stage, 'backends' | 'close'> {
  const beside = counterpartyOf(network, 'hub')
  const payee = counterpartyOf(network, 'shop')
  return {
    counterparty: beside,
    remote: payee,
    multiPart: { payee, amountMsat: msat(6_000_000_000n) },
    clock: {
      now: () => Math.floor(clock.now() / 1000),
      advance: async (seconds) => clock.advance(seconds * 1000),
    },
    spareChannel: async () => {
      const { items } = await network.wallet('alice').channels!.list({ limit: 10 })
      const [channel] = items
      if (channel?.channelId === undefined) throw new Error('the stage has no channel to spare')
      return { channelId: channel.channelId }
    },
    mineBlocks: async (count) => {
      network.mineBlocks(count)
    },
    async routePayment(amountMsat) {
      const { invoice } = await beside.createInvoice({ amountMsat })
      await counterpartyOf(network, 'dave').pay({ invoice })
    },
    watchtower: { nodeId: nodeIdOf(network, 'hub'), address: '127.0.0.1:9911' },
    stranger: { nodeId: nodeIdOf(network, 'bob'), host: '127.0.0.1:9735' },
    foreignSignature: signedByCoreLightning,
    foreignAddress: () => network.wallet('shop').onchain!.newAddress!({}),
  }
}

const nodeIdOf = (network: SimulatedNetwork, name: string): NodeId =>
  network.nodes.find((node) => node.name === name)!.nodeId

/** A node of the network, driven through its own wallet. */
export function counterpartyOf(network: SimulatedNetwork, name: string): Counterparty {
  const wallet = network.wallet(name)
  const preimages = new Map<PaymentHash, Preimage>()
  return {
    nodeId: nodeIdOf(network, name),
    async createInvoice({ expirySeconds = 3600, ...request }) {
      const { invoice, paymentHash } = await wallet.createInvoice({ ...request, expirySeconds })
      return { invoice: invoice!, paymentHash }
    },
    async pay(request) {
      const payment = await wallet.payInvoice({ ...request, maxFeeMsat: msat(1_000_000n), timeoutSeconds: 5 })
      if (payment.status !== 'settled') throw new Error(`the counterparty's payment is ${payment.status}`)
    },
    async overpay(request) {
      const payment = await network.payOtherAmount(name, request)
      if (payment.status !== 'settled') throw new Error(`the counterparty's payment is ${payment.status}`)
    },
    received: async (paymentHash) => (await wallet.lookupInvoice({ paymentHash }))?.receivedMsat ?? msat(0n),
    async cancelInvoice(paymentHash) {
      await wallet.invoices!.cancel({ paymentHash })
    },
    createOffer: async (request) => (await wallet.offers!.create({ description: 'tea', ...request })).offer,
    async disableOffer(offer) {
      await wallet.offers!.disable!({ offerId: decodeOffer(offer).offerId })
    },
    async payOffer(request) {
      const payment = await wallet.offers!.pay!({ ...request, maxFeeMsat: msat(1_000_000n) })
      if (payment.status !== 'settled') throw new Error(`the counterparty's payment is ${payment.status}`)
    },
    hold: {
      async createInvoice({ expirySeconds = 3600, ...request }) {
        const secret = preimage(randomBytes(32).toString('hex'))
        const paymentHash = hashOf(secret)
        preimages.set(paymentHash, secret)
        const { invoice } = await wallet.hold!.create({ ...request, expirySeconds, paymentHash })
        return { invoice: invoice!, paymentHash }
      },
      accepted: (paymentHash) => untilAccepted(wallet, paymentHash),
      async settle(paymentHash) {
        await wallet.hold!.settle({ preimage: preimages.get(paymentHash)! })
      },
      async cancel(paymentHash) {
        await wallet.hold!.cancel({ paymentHash })
      },
    },
  }
}

async function untilAccepted(wallet: LightningBackend, paymentHash: PaymentHash): Promise<void> {
  const events = wallet.watch({ types: ['invoice-accepted'] })[Symbol.asyncIterator]()
  // from here on the stream is live, so what the look-up misses it tells
  const next = events.next()
  if ((await wallet.lookupInvoice({ paymentHash }))?.status === 'accepted') {
    next.catch(() => undefined)
    return
  }
  for (let result = await next; result.done !== true; result = await events.next())
    if (result.value.type === 'invoice-accepted' && result.value.invoice.paymentHash === paymentHash) break
  await events.return?.()
}

/** Events for the wallet under test, by many tiny payments to it. */
export async function flood(network: SimulatedNetwork, count: number): Promise<void> {
  const hub = network.wallet('hub')
  const destination = nodeIdOf(network, 'alice')
  for (let index = 0; index < count; index += 1)
    await hub.keysend!.send({
      destination,
      amountMsat: msat(1000n),
      maxFeeMsat: msat(0n),
      preimage: preimage(randomBytes(32).toString('hex')),
    })
}
