import { LightningError, type Msat, type PaymentHash } from '@lightning-mcp/core'
import type { IntentKind } from '../intents/intent.ts'

/** What a preview promised: a payment with this quote is exactly this one, or none. */
export interface Quote {
  quoteId: string
  account: string
  kind: IntentKind
  /** Canonical. */
  destination: string
  paymentHash?: PaymentHash
  payee?: string
  amountMsat: Msat
  /** What it may cost on top at most. */
  maxFeeMsat: Msat
  createdAtMs: number
  expiresAtMs: number
}

/** For how long a quote can be redeemed, if what it is for does not expire sooner. */
export const QUOTE_TTL_MS = 10 * 60_000
/** Clocks of two replicas differ by less; one that was put back by more makes a quote void. */
const CLOCK_TOLERANCE_MS = 60_000

const SHAPE = /^quo_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** Takes either case. Throws `invalid_request` without repeating the text. */
export function readQuoteId(text: string): string {
  const id = typeof text === 'string' ? `quo_${text.trim().slice(4).toUpperCase()}` : ''
  if (SHAPE.test(id) && /^quo_/i.test(text.trim())) return id
  throw new LightningError({
    code: 'invalid_request',
    message: 'not a quote id',
    hint: 'A quote id is "quo_" and 26 characters, as preview_payment answers it. Preview the payment again.',
  })
}

/** Whether it can be redeemed now. */
export const isUsable = ({ createdAtMs, expiresAtMs }: Quote, nowMs: number): boolean =>
  nowMs < expiresAtMs && nowMs >= createdAtMs - CLOCK_TOLERANCE_MS
