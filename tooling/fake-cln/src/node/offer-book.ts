import { randomBytes } from 'node:crypto'
import {
  type DecodedOffer,
  decodeInvoiceRequest,
  decodeOffer,
  encodeBolt12Invoice,
  encodeInvoiceRequest,
  encodeOffer,
} from '@lightning-mcp/codec'
import type { Msat, NodeId, UnixSeconds } from '@lightning-mcp/core'
import { given } from '../rpc/exact-json.ts'
import { RpcError } from '../rpc/rpc-error.ts'
import type { FakeNode } from './fake-node.ts'

/** An offer of this node as `listoffers` tells it. */
export interface OfferRow {
  offerId: string
  bolt12: string
  active: boolean
  singleUse: boolean
  used: boolean
  label?: string | undefined
  description?: string | undefined
}

export interface NewOffer {
  amountMsat?: Msat
  description?: string
  issuer?: string
  expiresAt?: UnixSeconds
  label?: string | undefined
  singleUse: boolean
}

/** A fetched invoice: its text, and by what the simulated network can pay it. */
export interface FetchedInvoice {
  bolt12: string
  bolt11: string
  amountMsat: Msat
  nodeId: NodeId
}

const INVOICE_EXPIRY_SECONDS = 7200

/** Offers of this node, those of its counterparties, and what was fetched from them. */
export class OfferBook {
  readonly #node: FakeNode
  readonly #own = new Map<string, OfferRow>()
  /** Whose offer it is, by its text; those that refuse are not here any more. */
  readonly #foreign = new Map<string, { name: string; active: boolean }>()
  readonly #fetched = new Map<string, FetchedInvoice>()

  constructor(node: FakeNode) {
    this.#node = node
  }

  create(order: NewOffer): { row: OfferRow; created: boolean } {
    const { label, singleUse, ...fields } = order
    const bolt12 = encodeOffer({ network: 'regtest', issuerId: this.#node.id, ...fields })
    const { fieldsHash } = decodeOffer(bolt12)
    const known = this.#own.get(fieldsHash)
    if (known !== undefined) return { row: known, created: false }
    const row: OfferRow = {
      offerId: fieldsHash,
      bolt12,
      active: true,
      singleUse,
      used: false,
      label,
      description: order.description,
    }
    this.#own.set(fieldsHash, row)
    return { row, created: true }
  }

  own(offerId: string): OfferRow | undefined {
    return this.#own.get(offerId)
  }

  all(): readonly OfferRow[] {
    return [...this.#own.values()]
  }

  /** An offer of another node of the network. */
  createFor(name: string, amountMsat: Msat | undefined): string {
    const offer = encodeOffer({
      network: 'regtest',
      issuerId: this.#node.idOf(name),
      description: `an offer of ${name}`,
      metadata: randomBytes(8).toString('hex'),
      ...(amountMsat === undefined ? {} : { amountMsat }),
    })
    this.#foreign.set(offer, { name, active: true })
    return offer
  }

  /** The other node takes its offer back. */
  withdraw(offer: string): void {
    const owner = this.#foreign.get(offer)
    if (owner !== undefined) owner.active = false
  }

  fetched(bolt12: string): FetchedInvoice | undefined {
    return this.#fetched.get(bolt12)
  }

  /** Asks the offer's owner for an invoice, which that node makes. */
  async fetch(
    offer: DecodedOffer,
    amountMsat: Msat | undefined,
    note: string | undefined,
  ): Promise<FetchedInvoice> {
    const node = this.#node
    const request = encodeInvoiceRequest(
      {
        offer: offer.offer,
        network: 'regtest',
        metadata: randomBytes(16).toString('hex'),
        ...(amountMsat === undefined ? {} : { amountMsat }),
        ...(note === undefined ? {} : { payerNote: note }),
      },
      randomBytes(32),
    )
    const owner = this.#foreign.get(offer.offer) ?? this.#ownerOfOwn(offer)
    if (owner === undefined) throw new RpcError(1003, 'Timeout waiting for response')
    if (!owner.active)
      throw new RpcError(1004, 'Remote node sent failure message', {
        data: { error: `Failed invreq ${request}: Offer no longer available` },
      })
    const total = decodeInvoiceRequest(request).requestedMsat ?? offer.amountMsat
    const link = node.network.openLink(owner.name)
    const made = await link.call('createInvoice', {
      amountMsat: total as Msat,
      description: offer.description ?? '',
      expirySeconds: INVOICE_EXPIRY_SECONDS,
    })
    await link.close()
    const bolt12 = encodeBolt12Invoice(
      {
        invoiceRequest: request,
        paymentHash: made.paymentHash,
        amountMsat: total as Msat,
        createdAt: node.now(),
      },
      node.keyOf(owner.name),
    )
    const fetched: FetchedInvoice = {
      bolt12,
      bolt11: made.invoice as string,
      amountMsat: total as Msat,
      nodeId: node.idOf(owner.name),
    }
    this.#fetched.set(bolt12, fetched)
    if (owner.name === node.name) this.#noteAsked(offer, fetched, made.paymentHash, note)
    return fetched
  }

  #ownerOfOwn(offer: DecodedOffer): { name: string; active: boolean } | undefined {
    const row = this.#own.get(offer.fieldsHash)
    return row === undefined ? undefined : { name: this.#node.name, active: row.active }
  }

  /** Somebody has asked for an invoice of an own offer: the daemon writes it down. */
  #noteAsked(
    offer: DecodedOffer,
    fetched: FetchedInvoice,
    paymentHash: string,
    note: string | undefined,
  ): void {
    const node = this.#node
    const row = this.#own.get(offer.fieldsHash)
    if (row !== undefined) row.used = true
    node.invoices.add({
      label: `${offer.fieldsHash}-${randomBytes(32).toString('hex')}-0`,
      text: () => ({ bolt12: fetched.bolt12 }),
      paymentHash,
      amountMsat: fetched.amountMsat,
      ...(offer.description === undefined ? {} : { description: offer.description }),
      expiresAt: node.now() + INVOICE_EXPIRY_SECONDS,
      offerId: offer.fieldsHash,
      ...(note === undefined ? {} : { payerNote: note }),
    })
  }
}

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
