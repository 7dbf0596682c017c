import { type ChannelRef, LightningError, type Msat, type PaymentHash } from '@lightning-mcp/core'
import type { Intent, IntentKind } from '../intents/intent.ts'

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
  /** Own money that goes into a channel with it. */
  capitalMsat?: Msat
  /** What else a spending is bound to. */
  terms?: QuoteTerms
  /** What it may cost on top at most. */
  maxFeeMsat: Msat
  createdAtMs: number
  expiresAtMs: number
}

/** What of a spending its destination and amounts do not say. */
export interface QuoteTerms {
  /** The channel that it changes. */
  channel?: ChannelRef
  private?: boolean
  /** At which it was previewed, and is sent. */
  feeRateSatPerVbyte?: number
}

/** What of a planned or recorded spending a quote binds. */
export function quoteTerms({ details = {} }: Pick<Intent, 'details'>): QuoteTerms | undefined {
  const { channel, private: isPrivate, feeRateSatPerVbyte } = details as QuoteTerms
  const terms: QuoteTerms = {
    ...(channel === undefined ? {} : { channel }),
    ...(isPrivate === undefined ? {} : { private: isPrivate }),
    ...(feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }),
  }
  return Object.keys(terms).length === 0 ? undefined : terms
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
    hint: 'A quote id is "quo_" and 26 characters, as a preview answers it. Preview it again.',
  })
}

/** The largest fee came from the quote, which a retry by key need not repeat. */
export const isFeeOfQuote = (
  intent: Intent,
  { quoteId, maxFeeGivenMsat }: { quoteId?: string | undefined; maxFeeGivenMsat?: Msat | undefined },
): boolean => intent.quoteId !== undefined && quoteId === undefined && maxFeeGivenMsat === undefined

/** Whether it can be redeemed now. */
export const isUsable = ({ createdAtMs, expiresAtMs }: Quote, nowMs: number): boolean =>
  nowMs < expiresAtMs && nowMs >= createdAtMs - CLOCK_TOLERANCE_MS
