import { createHash, randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { SimulatedNetwork } from '@lightning-mcp/backend-simulator'
import type { Counterparty, CounterpartyHold } from '@lightning-mcp/backend-testkit'
import { decodeOffer } from '@lightning-mcp/codec'
import {
  type LightningBackend,
  msat,
  type NodeId,
  type PaymentHash,
  type Preimage,
  paymentHash,
  preimage,
  ZERO_MSAT,
} from '@lightning-mcp/core'

const GENEROUS_FEE_MSAT = msat(1_000_000n)

export const nodeIdOf = (network: SimulatedNetwork, name: string): NodeId =>
  network.nodes.find((node) => node.name === name)!.nodeId

/** Another node of the simulated network, driven by the kit. */
export function counterpartyOf(network: SimulatedNetwork, name: string): Counterparty {
  const wallet = network.wallet(name)
  return {
    nodeId: nodeIdOf(network, name),
    async createInvoice({ amountMsat, description = '', expirySeconds = 3600 }) {
      const amount = amountMsat === undefined ? {} : { amountMsat }
      const created = await wallet.createInvoice({ description, expirySeconds, ...amount })
      return { invoice: created.invoice as string, paymentHash: created.paymentHash }
    },
    async pay(request) {
      const { status } = await wallet.payInvoice({ ...request, maxFeeMsat: GENEROUS_FEE_MSAT })
      if (status !== 'settled') throw new Error(`the payment of ${name} is ${status}`)
    },
    async overpay(request) {
      const { status } = await network.payOtherAmount(name, request)
      if (status !== 'settled') throw new Error(`the payment of ${name} is ${status}`)
    },
    received: async (hash) => (await wallet.lookupInvoice({ paymentHash: hash }))?.receivedMsat ?? ZERO_MSAT,
    async cancelInvoice(hash) {
      await wallet.invoices!.cancel({ paymentHash: hash })
    },
    createOffer: async (request) => (await wallet.offers!.create({ description: 'tea', ...request })).offer,
    async disableOffer(offer) {
      await wallet.offers!.disable!({ offerId: decodeOffer(offer).offerId })
    },
    async payOffer(request) {
      const { status } = await wallet.offers!.pay!({ ...request, maxFeeMsat: GENEROUS_FEE_MSAT })
      if (status !== 'settled') throw new Error(`the payment of ${name} is ${status}`)
    },
    hold: holdOf(wallet),
  }
}

function holdOf(wallet: LightningBackend): CounterpartyHold {
  const preimages = new Map<PaymentHash, Preimage>()
  return {
    async createInvoice({ amountMsat, expirySeconds = 3600 }) {
      const secret = randomBytes(32)
      const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))
      preimages.set(hash, preimage(secret.toString('hex')))
      const created = await wallet.hold!.create({ paymentHash: hash, amountMsat, expirySeconds })
      return { invoice: created.invoice as string, paymentHash: hash }
    },
    async accepted(hash) {
      while ((await wallet.lookupInvoice({ paymentHash: hash }))?.status !== 'accepted') await turn()
    },
    async settle(hash) {
      await wallet.hold!.settle({ preimage: preimages.get(hash) as Preimage })
    },
    async cancel(hash) {
      await wallet.hold!.cancel({ paymentHash: hash })
    },
  }
}
