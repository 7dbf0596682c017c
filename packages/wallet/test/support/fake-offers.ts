import { randomBytes } from 'node:crypto'
import {
  decodeBolt12Invoice,
  decodeOffer,
  encodeBolt12Invoice,
  encodeInvoiceRequest,
  encodeOffer,
} from '@lightning-mcp/codec'
import {
  type FetchedInvoice,
  LightningError,
  type Msat,
  msat,
  type NodeId,
  type OffersFacet,
  type Payment,
  type PaymentHash,
  type PayOfferRequest,
  type Preimage,
} from '@lightning-mcp/core'
import { hashOf, randomPreimage } from './invoices.ts'

export const OFFER_CAPABILITIES = {
  'offers.pay': 'native',
  'offers.fetchInvoice': 'native',
  'offers.listPayments': 'native',
} as const

/** The generator's double, and its key. */
const ISSUER_KEY = '00'.repeat(31).concat('02')
export const ISSUER = '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5' as NodeId

/** What an offer's node has of the one that pays. */
export interface NodeOfOffers {
  nowSeconds: () => number
  reach: () => void
  fetches: () => boolean
  keepSecret: (paymentHash: PaymentHash, preimage: Preimage) => void
  pay: (request: { paymentHash: PaymentHash; amountMsat: Msat; signal?: AbortSignal }) => Promise<Payment>
  paymentOf: (paymentHash: string) => Payment | undefined
}

/** Somebody who makes offers and real invoices for them, and a node that pays them as a test scripts. */
export class FakeOffers {
  readonly fetched: FetchedInvoice[] = []
  readonly paid: Omit<PayOfferRequest, 'signal'>[] = []
  /** Hashes by offer, as the payer's node lists them. */
  readonly #payments: { offer: string; paymentHash: PaymentHash }[] = []
  /** Thrown instead of an invoice. */
  readonly faults: LightningError[] = []
  expirySeconds = 7200
  /** What the owner of the offer makes of the amount. */
  asks = (amountMsat: Msat): Msat => amountMsat
  /** Whose invoice is answered in the place of that of the offer. */
  instead: string | undefined
  readonly #node: NodeOfOffers

  constructor(node: NodeOfOffers) {
    this.#node = node
  }

  make({ amountMsat, description = 'a coffee' }: { amountMsat?: bigint; description?: string } = {}): string {
    return encodeOffer({
      network: 'regtest',
      issuerId: ISSUER,
      description,
      metadata: randomBytes(8).toString('hex'),
      ...(amountMsat === undefined ? {} : { amountMsat: msat(amountMsat) }),
    })
  }

  /** The node pays the offer without this wallet, as its owner may. */
  payByHand(offer: string, amountMsat: bigint): Promise<Payment> {
    const { paymentHash } = this.#invoiceOf(offer, msat(amountMsat))
    this.#payments.unshift({ offer, paymentHash })
    return this.#node.pay({ paymentHash, amountMsat: msat(amountMsat) })
  }

  #invoiceOf(offer: string, amountMsat: Msat | undefined, payerNote?: string): FetchedInvoice {
    const request = encodeInvoiceRequest(
      {
        offer,
        network: 'regtest',
        metadata: randomBytes(16).toString('hex'),
        ...(amountMsat === undefined ? {} : { amountMsat }),
        ...(payerNote === undefined ? {} : { payerNote }),
      },
      randomBytes(32),
    )
    const preimage = randomPreimage()
    const paymentHash = hashOf(preimage)
    this.#node.keepSecret(paymentHash, preimage)
    const asked = this.asks(amountMsat ?? (decodeOffer(offer).amountMsat as Msat))
    const invoice = encodeBolt12Invoice(
      {
        invoiceRequest: request,
        paymentHash,
        amountMsat: asked,
        createdAt: this.#node.nowSeconds(),
        expirySeconds: this.expirySeconds,
      },
      ISSUER_KEY,
    )
    return { invoice, paymentHash, amountMsat: asked }
  }

  facet(): OffersFacet {
    const unused = (): never => {
      throw new LightningError({ code: 'unsupported', message: 'not scripted' })
    }
    return {
      create: async () => unused(),
      list: async () => unused(),
      ...(this.#node.fetches()
        ? {
            fetchInvoice: async ({ offer, amountMsat, payerNote }) => {
              this.#node.reach()
              const fault = this.faults.shift()
              if (fault !== undefined) throw fault
              const fetched = this.#invoiceOf(this.instead ?? offer, amountMsat, payerNote)
              this.fetched.push(fetched)
              return fetched
            },
          }
        : {}),
      pay: async ({ signal, ...request }) => {
        this.paid.push(request)
        const { offer, amountMsat, payerNote, invoice } = request
        const asked =
          invoice === undefined ? this.#invoiceOf(offer, amountMsat, payerNote) : decodeBolt12Invoice(invoice)
        const { paymentHash } = asked
        this.#payments.unshift({ offer, paymentHash })
        return this.#node.pay({
          paymentHash,
          amountMsat: asked.amountMsat,
          ...(signal === undefined ? {} : { signal }),
        })
      },
      listPayments: async ({ offer }) => {
        this.#node.reach()
        return this.#payments
          .filter((payment) => payment.offer === offer)
          .map(({ paymentHash }) => this.#node.paymentOf(paymentHash))
          .filter((payment) => payment !== undefined)
      },
    }
  }
}
