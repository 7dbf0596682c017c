import { type FetchedInvoice, LightningError } from '@lightning-mcp/core'
import type { Connection } from '../backend/connection.ts'
import { type Clock, withinTime } from '../clock.ts'
import type { Intent } from '../intents/intent.ts'
import { offerOf } from './offer-of.ts'

/** The owner of an offer answers over onion messages, and may be away. */
const FETCH_TIMEOUT_MS = 60_000

/** Asks the owner of an offer for an invoice of exactly the amount. Pays nothing. */
export function fetchOfferInvoice(
  intent: Intent,
  connection: Connection,
  clock: Clock,
): Promise<FetchedInvoice> {
  const { amountMsat, comment } = intent
  return withinTime(clock, FETCH_TIMEOUT_MS, async (signal) => {
    const { offer, hasAmount } = offerOf(intent)
    await connection.ready(signal)
    // not as other calls: that the owner of an offer is away says nothing about the backend
    const { offers } = connection.declared
    if (offers?.fetchInvoice === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend fetches no invoices of offers' })
    return offers.fetchInvoice({
      offer,
      signal,
      ...(hasAmount ? {} : { amountMsat }),
      ...(comment === undefined ? {} : { payerNote: comment }),
    })
  })
}
