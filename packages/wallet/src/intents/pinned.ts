import { decodeInvoice } from '@lightning-mcp/codec'
import { cleanText, type DecodedInvoice } from '@lightning-mcp/core'
import { lookedAtAnew } from '../spending/plan-again.ts'
import type { SpendPlan } from '../spending/spend-plan.ts'
import type { Intent, IntentChange } from './intent.ts'
import type { Asked } from './target.ts'

/** What an attempt is bound to: an invoice, or the plan of a spending that has none. */
export type Pinned = PinnedInvoice | SpendPlan

/** `details`: it is settled inside the ledger. */
type PinnedInvoice = DecodedInvoice & { details?: Intent['details'] }

export const isInvoice = (pinned: Pinned): pinned is PinnedInvoice => 'invoice' in pinned

/** What a recorded intent is bound to. */
export function pinnedOf(intent: Intent): Pinned {
  if (intent.kind === 'invoice' || intent.kind === 'minted')
    return decodeInvoice(intent.invoice ?? intent.destination)
  const { paymentHash, payee, details = {} } = intent
  return {
    details,
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
    : { paymentHash: pinned.paymentHash, payee: pinned.payee, details: pinned.details }

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
  if (known.kind === 'keysend' && known.paymentHash !== undefined) return {}
  const { paymentHash, payee, details } = target.plan
  return { paymentHash, payee, details }
}
