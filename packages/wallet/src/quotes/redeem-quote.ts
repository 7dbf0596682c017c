import { LightningError } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { sameChannel } from '../dispatch/listing.ts'
import type { Intent } from '../intents/intent.ts'
import type { Asked, SpendTarget } from '../intents/target.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { isUsable, type Quote, type QuoteTerms, quoteTerms } from './quote.ts'

const AGAIN = 'Preview the payment again and pay with the new quote, or leave the quote out.'

const MSAT_PER_SAT = 1000n

/** A call with what its quote binds it to. */
export interface Redeemed {
  /** The call, held to the quote's largest fee. */
  asked: Asked
  /** The payment that the quote was used for already: the call means that one. */
  intent?: Intent
  /** Throws where the quote allows no further sending. */
  assertUsable(): void
}

/** Holds a call to its quote, where it has one. Throws for a quote that is unknown, used up by time, or for something else. */
export async function redeemQuote(
  store: StoreReader,
  asked: Asked,
  { account, nowMs }: { account: string; nowMs: number },
): Promise<Redeemed> {
  const { quoteId } = asked
  if (quoteId === undefined) return { asked, assertUsable() {} }
  const intent = await store.intentByQuote(account, quoteId)
  const found = await store.quoteById(quoteId)
  // another account's is as unknown as one that never was
  const quote = found?.account === account ? found : undefined
  const bound = quote ?? (intent === undefined ? undefined : { ...intent, terms: quoteTerms(intent) })
  if (bound === undefined) throw unknownQuote()
  assertNoDrift(bound, asked)
  const assertUsable = (): void => {
    if (quote === undefined || !isUsable(quote, nowMs)) throw expiredQuote()
  }
  if (intent === undefined) assertUsable()
  const given = asked.maxFeeGivenMsat
  const isLower = given !== undefined && given < bound.maxFeeMsat
  const held = { ...asked, maxFeeGivenMsat: isLower ? given : bound.maxFeeMsat }
  return { asked: held, assertUsable, ...(intent === undefined ? {} : { intent }) }
}

function assertNoDrift(
  quote: Pick<Quote, 'kind' | 'destination' | 'amountMsat' | 'capitalMsat' | 'maxFeeMsat' | 'paymentHash'> & {
    terms?: QuoteTerms | undefined
  },
  { target, amountMsat, maxFeeGivenMsat }: Asked,
): void {
  const isInvoice = 'decoded' in target
  const { capitalMsat, channel, private: isPrivate, feeRateSatPerVbyte } = spendPart(target)
  const { terms = {} } = quote
  const differences = [
    quote.kind === target.kind ? undefined : `kind is ${quote.kind}`,
    quote.destination === target.destination ? undefined : 'destination is another',
    // of a minted one the hash comes to be after the quote
    isInvoice && quote.paymentHash !== target.decoded.paymentHash ? 'payment hash is another' : undefined,
    quote.capitalMsat === capitalMsat
      ? undefined
      : `capital was ${quote.capitalMsat === undefined ? 'none' : amountText(quote.capitalMsat)}`,
    terms.channel === undefined || channel === undefined || sameChannel(terms.channel, channel)
      ? undefined
      : 'channel is another',
    terms.private === undefined || terms.private === isPrivate
      ? undefined
      : `channel was ${terms.private ? 'private' : 'public'}`,
    terms.feeRateSatPerVbyte === undefined ||
    feeRateSatPerVbyte === undefined ||
    terms.feeRateSatPerVbyte === feeRateSatPerVbyte
      ? undefined
      : `fee rate was ${terms.feeRateSatPerVbyte} sat per virtual byte`,
    quote.amountMsat === amountMsat ? undefined : `amount was ${amountText(quote.amountMsat)}`,
    // a caller that counts in sats was shown the fee rounded up
    maxFeeGivenMsat === undefined || maxFeeGivenMsat - quote.maxFeeMsat < MSAT_PER_SAT
      ? undefined
      : `largest fee was ${amountText(quote.maxFeeMsat)}`,
  ].filter((difference) => difference !== undefined)
  if (differences.length === 0) return
  throw new LightningError({
    code: 'idempotency_conflict',
    message: `the quote is for another payment than this call: its ${differences.join(', its ')}; nothing was sent`,
    hint: `Pay exactly what was quoted, without a largest fee of your own. Else: ${AGAIN}`,
    sent: 'no',
  })
}

const spendPart = (target: Asked['target']): Partial<SpendTarget> =>
  target.kind === 'invoice' || target.kind === 'minted' ? {} : target

const unknownQuote = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'this wallet gave no such quote, or it is long over; nothing was sent',
    hint: AGAIN,
    retry: 'never',
    sent: 'no',
  })

const expiredQuote = (): LightningError =>
  new LightningError({
    code: 'invalid_request',
    message: 'the quote has expired; nothing was sent',
    hint: AGAIN,
  })
