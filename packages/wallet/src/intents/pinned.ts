import { decodeInvoice } from '@lightning-mcp/codec'
import { cleanText, type DecodedInvoice, type PaymentHash } from '@lightning-mcp/core'
import { lookedAtAnew } from '../spending/plan-again.ts'
import { detailsOf, type KeysendDetails, type SpendPlan } from '../spending/spend-plan.ts'
import { type Intent, type IntentChange, mintsInvoice } from './intent.ts'
import type { Asked } from './target.ts'

/** What an attempt is bound to: an invoice, or the plan of a spending that has none. */
export type Pinned = PinnedInvoice | PinnedOffer | SpendPlan

/** `details`: it is settled inside the ledger. */
type PinnedInvoice = DecodedInvoice & { details?: Intent['details'] }

/** The BOLT 12 invoice that an offer's owner made for this payment alone. */
export type PinnedOffer = SpendPlan & {
  paymentHash: PaymentHash
  offerInvoice: { text: string; expiresAtMs: number }
}

export const isOffer = (pinned: Pinned): pinned is PinnedOffer => 'offerInvoice' in pinned

export const isInvoice = (pinned: Pinned): pinned is PinnedInvoice => 'invoice' in pinned

/** Whether the backend finds a new payment hash at each attempt, and its answer alone tells it. */
const isHashChosen = (intent: Intent): boolean =>
  intent.kind === 'keysend'
    ? detailsOf<KeysendDetails>(intent).preimage === undefined
    : intent.kind === 'offer' && !mintsInvoice(intent)

/** What a recorded intent is bound to. */
export function pinnedOf(intent: Intent): Pinned {
  if (intent.kind === 'invoice' || intent.kind === 'minted')
    return decodeInvoice(intent.invoice ?? intent.destination)
  const { paymentHash, payee, details = {}, invoice, invoiceExpiresAtMs = 0 } = intent
  // a hash of before is that of an earlier attempt: what fails there says nothing of this one
  if (isHashChosen(intent)) return { details, ...(payee === undefined ? {} : { payee }) }
  return {
    details,
    ...(intent.kind === 'offer' && invoice !== undefined
      ? { offerInvoice: { text: invoice, expiresAtMs: invoiceExpiresAtMs } }
      : {}),
    ...(paymentHash === undefined ? {} : { paymentHash }),
    ...(payee === undefined ? {} : { payee }),
  }
}

/** How the row keeps it. */
export const pinnedFields = (intent: Intent, pinned: Pinned): IntentChange =>
  isInvoice(pinned)
    ? {
        paymentHash: pinned.paymentHash,
        payee: pinned.payee,
        invoice: pinned.invoice,
        invoiceHasAmount: pinned.amountMsat !== undefined,
        invoiceExpiresAtMs: pinned.expiresAt * 1000,
        details: pinned.details,
        description:
          intent.description ??
          (pinned.description === undefined ? undefined : cleanText(pinned.description)),
      }
    : {
        paymentHash: pinned.paymentHash,
        payee: pinned.payee,
        details: pinned.details,
        description: intent.description ?? pinned.description,
        ...(isOffer(pinned)
          ? {
              invoice: pinned.offerInvoice.text,
              invoiceHasAmount: true,
              invoiceExpiresAtMs: pinned.offerInvoice.expiresAtMs,
            }
          : {}),
      }

/** What of an approved spending may be looked at anew by the call that sends it: nothing that was approved. */
export function lookedAtBy({ target }: Asked, known: Intent): IntentChange {
  if (target.kind === 'invoice' || target.kind === 'minted' || target.plan === undefined) return {}
  return known.kind === 'keysend' ? {} : { details: lookedAtAnew(known, target.plan) }
}

/**
 * What a further attempt of a spending is bound to: what its backend shows now. A preimage that was
 * chosen once stays: the same hash is paid or none.
 */
export function pinnedAgain({ target }: Asked, known: Intent): IntentChange {
  if (target.kind === 'invoice' || target.kind === 'minted' || target.plan === undefined) return {}
  if (known.kind === 'keysend' && !isHashChosen(known)) return {}
  // an invoice that was fetched once stays until it has expired
  if (known.kind === 'offer' && target.plan.mints === true) return {}
  const { paymentHash, payee, details } = target.plan
  return { paymentHash, payee, details }
}
