import type { PaymentHash } from '@lightning-mcp/core'
import { newId } from '../payment-id.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import { QUOTE_TTL_MS, type Quote } from './quote.ts'

/** Records what a preview showed, so that a payment can be bound to it. Rejects where no record can be made. */
export async function giveQuote(
  store: WalletStore,
  {
    paymentHash,
    payee,
    invoiceExpiresAtMs = Number.POSITIVE_INFINITY,
    ...quoted
  }: Pick<
    Quote,
    'account' | 'kind' | 'destination' | 'amountMsat' | 'capitalMsat' | 'terms' | 'maxFeeMsat'
  > & {
    paymentHash?: PaymentHash | undefined
    payee?: string | undefined
    invoiceExpiresAtMs?: number | undefined
  },
  nowMs: number,
): Promise<Quote> {
  const quote: Quote = {
    quoteId: newId('quo', nowMs),
    ...quoted,
    ...(paymentHash === undefined ? {} : { paymentHash }),
    ...(payee === undefined ? {} : { payee }),
    createdAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + QUOTE_TTL_MS, invoiceExpiresAtMs),
  }
  await store.transaction((writer) => writer.insertQuote(quote))
  return quote
}
