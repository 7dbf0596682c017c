import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../json.ts'

export type PaymentType = 'Standard' | 'Blinded'

/** One hop as an attempt's row tells it. */
export interface RowHop {
  nodeId: string
  nextNodeId: string
  shortChannelId?: string
}

export type RowStatus =
  | { type: 'pending' }
  | { type: 'sent'; preimage: string; feesMsat: bigint; route: readonly RowHop[]; completedMs: number }
  | {
      type: 'failed'
      failureType: 'Local' | 'Remote'
      text: string
      route: readonly RowHop[]
      failedNode?: string
      completedMs: number
    }

/** A row of the payments table: one HTLC, or an attempt that never became one. */
export interface PaymentRow {
  readonly id: string
  readonly amountMsat: bigint
  readonly createdMs: number
  status: RowStatus
}

/** What one call of `payinvoice`, `payoffer` or `sendtonode` started. */
export interface OutgoingPayment {
  /** Of the rows it is the `parentId`. */
  readonly id: string
  readonly paymentHash: string
  readonly recipientNodeId: string
  readonly amountMsat: bigint
  readonly type: PaymentType
  readonly startedMs: number
  readonly externalId?: string | undefined
  readonly invoice?: JsonObject | undefined
  readonly payerKey?: string | undefined
  readonly offer?: string | undefined
  readonly rows: PaymentRow[]
  /** Its actor lives: while no row is pending, a placeholder stands in. It does not survive a restart. */
  alive: boolean
  /** `payment-sent` or `payment-failed`, once it is over. */
  outcome?: JsonObject
  settledMs?: number
}

/** All that was ever sent, and what `audit` tells of it. */
export class OutgoingBook {
  readonly #byId = new Map<string, OutgoingPayment>()
  readonly #byHash = new Map<string, OutgoingPayment[]>()
  readonly #byOffer = new Map<string, OutgoingPayment[]>()
  /** Settled ones in the order of their settling. */
  readonly sent: OutgoingPayment[] = []

  start(
    order: Omit<OutgoingPayment, 'id' | 'rows' | 'alive' | 'outcome' | 'settledMs'>,
    id: string = randomUUID(),
  ): OutgoingPayment {
    const payment: OutgoingPayment = { ...order, id, rows: [], alive: true }
    this.#byId.set(payment.id, payment)
    append(this.#byHash, payment.paymentHash, payment)
    if (payment.offer !== undefined) append(this.#byOffer, payment.offer, payment)
    return payment
  }

  byId(id: string): readonly OutgoingPayment[] {
    const payment = this.#byId.get(id)
    return payment === undefined ? [] : [payment]
  }

  byHash(hash: string): readonly OutgoingPayment[] {
    return this.#byHash.get(hash) ?? []
  }

  byOffer(offer: string): readonly OutgoingPayment[] {
    return this.#byOffer.get(offer) ?? []
  }

  settled(payment: OutgoingPayment, outcome: JsonObject, settledMs: number): void {
    payment.outcome = outcome
    payment.settledMs = settledMs
    payment.alive = false
    this.sent.push(payment)
  }

  failed(payment: OutgoingPayment, outcome: JsonObject): void {
    payment.outcome = outcome
    payment.alive = false
  }

  /** The program was ended and started again: no actor lives, the rows stay. */
  restart(): void {
    for (const payment of this.#byId.values()) payment.alive = false
  }
}

function append<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
