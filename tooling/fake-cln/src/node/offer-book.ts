import { randomBytes } from 'node:crypto'
import {
  type DecodedOffer,
  decodeBolt12Invoice,
  decodeOffer,
  encodeBolt12Invoice,
  encodeInvoiceRequest,
} from '@lightning-mcp/codec'
import {
  type FetchedInvoice,
  type Invoice,
  LightningError,
  type Msat,
  type NodeId,
} from '@lightning-mcp/core'
import { given } from '../rpc/exact-json.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'
import type { FakeNode } from './fake-node.ts'

/** An offer of this node as `listoffers` tells it. */
export interface OfferRow {
  /** The daemon's name of it: a hash of its fields, not their Merkle root. */
  offerId: string
  bolt12: string
  active: boolean
  singleUse: boolean
  used: boolean
  amountMsat?: Msat
  label?: string | undefined
  description?: string | undefined
}

export interface NewOffer {
  amountMsat?: Msat
  description?: string
  expirySeconds?: number
  label?: string | undefined
  singleUse: boolean
}

/** A fetched invoice with the offer that it belongs to. */
export interface Fetched extends FetchedInvoice {
  offer: string
  nodeId: NodeId
}

/** Offers of this node, and what was fetched for those of others. */
export class OfferBook {
  readonly #node: FakeNode
  readonly #rows = new Map<string, OfferRow>()
  /** By what they say: the daemon makes the same offer of the same words. */
  readonly #bySaying = new Map<string, OfferRow>()
  readonly #fetched = new Map<string, Fetched>()

  constructor(node: FakeNode) {
    this.#node = node
  }

  async create(order: NewOffer): Promise<{ row: OfferRow; created: boolean }> {
    const { label, singleUse, ...fields } = order
    const saying = Object.values(fields).map(String).join('\n')
    const known = this.#bySaying.get(saying)
    if (known !== undefined) {
      if (!known.active) throw new RpcError(1000, "Offer already exists, but isn't active")
      return { row: known, created: false }
    }
    const offer = await this.#write(fields)
    const row: OfferRow = {
      offerId: decodeOffer(offer).fieldsHash,
      bolt12: offer,
      active: true,
      singleUse,
      used: false,
      ...(order.amountMsat === undefined ? {} : { amountMsat: order.amountMsat }),
      label,
      description: order.description,
    }
    this.#rows.set(row.offerId, row)
    this.#bySaying.set(saying, row)
    return { row, created: true }
  }

  async #write(fields: Omit<NewOffer, 'label' | 'singleUse'>): Promise<string> {
    if (fields.amountMsat !== undefined && fields.description === undefined)
      throw new RpcError(
        INVALID_PARAMS,
        'description is required for the user to know what it was they paid for',
      )
    try {
      return (await this.#node.link.call('createOffer', fields)).offer
    } catch (error) {
      if (!LightningError.is(error)) throw error
      throw new RpcError(INVALID_PARAMS, error.message)
    }
  }

  own(offerId: string): OfferRow | undefined {
    return this.#rows.get(offerId)
  }

  all(): readonly OfferRow[] {
    return [...this.#rows.values()]
  }

  async disable(row: OfferRow): Promise<void> {
    row.active = false
    await this.#node.link.call('disableOffer', { offerId: decodeOffer(row.bolt12).offerId })
  }

  fetched(invoice: string): Fetched | undefined {
    return this.#fetched.get(invoice)
  }

  /** Asks the offer's owner for an invoice. */
  async fetch(
    offer: DecodedOffer,
    amountMsat: Msat | undefined,
    payerNote: string | undefined,
  ): Promise<Fetched> {
    try {
      const answer = await this.#node.link.call('fetchInvoice', { offer: offer.offer, amountMsat, payerNote })
      const { nodeId } = decodeBolt12Invoice(answer.invoice)
      const fetched = { ...answer, offer: offer.offer, nodeId }
      this.#fetched.set(answer.invoice, fetched)
      return fetched
    } catch (error) {
      if (!LightningError.is(error)) throw error
      throw this.#refusal(error, offer, amountMsat)
    }
  }

  #refusal(error: LightningError, offer: DecodedOffer, amountMsat: Msat | undefined): RpcError {
    if (error.code === 'unavailable') return new RpcError(1003, 'Timeout waiting for response')
    if (error.code !== 'recipient_rejected') return new RpcError(INVALID_PARAMS, error.message)
    const request = requestFor(offer, amountMsat)
    return new RpcError(1004, 'Remote node sent failure message', {
      data: { error: `Failed invreq ${request}: Offer no longer available` },
    })
  }

  /** Somebody has been given an invoice for an own offer: the daemon writes it down. */
  noteAsked(invoice: Invoice): void {
    const row = [...this.#rows.values()].find(
      ({ amountMsat, description }) =>
        (amountMsat === undefined || amountMsat === invoice.amountMsat) &&
        description === invoice.description,
    )
    if (row === undefined) return
    row.used = true
    const node = this.#node
    let text: string | undefined
    node.invoices.add({
      label: `${row.offerId}-${randomBytes(32).toString('hex')}-0`,
      text: () => {
        text ??= this.#invoiceFor(row, invoice)
        return { bolt12: text }
      },
      paymentHash: invoice.paymentHash,
      ...(invoice.amountMsat === undefined ? {} : { amountMsat: invoice.amountMsat }),
      ...(invoice.description === undefined ? {} : { description: invoice.description }),
      expiresAt: invoice.expiresAt,
      offerId: row.offerId,
    })
  }

  /** The network does not tell the text that the payer has: this one says the same. */
  #invoiceFor(row: OfferRow, { amountMsat, paymentHash, createdAt }: Invoice): string {
    const node = this.#node
    const asked = row.amountMsat === undefined ? amountMsat : undefined
    return encodeBolt12Invoice(
      {
        invoiceRequest: requestFor(decodeOffer(row.bolt12), asked),
        paymentHash,
        amountMsat: amountMsat as Msat,
        createdAt,
      },
      node.keyOf(node.name),
    )
  }
}

const requestFor = (offer: DecodedOffer, amountMsat: Msat | undefined): string =>
  encodeInvoiceRequest(
    {
      offer: offer.offer,
      network: 'regtest',
      metadata: randomBytes(16).toString('hex'),
      ...(amountMsat === undefined ? {} : { amountMsat }),
    },
    randomBytes(32),
  )

/** A line of `listoffers`. */
export const toOfferLine = (row: OfferRow): Record<string, unknown> =>
  given({
    offer_id: row.offerId,
    active: row.active,
    single_use: row.singleUse,
    bolt12: row.bolt12,
    force_paths: false,
    used: row.used,
    label: row.label,
    description: row.description,
  })
