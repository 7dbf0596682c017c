import type { AskedSpend } from '../spending/read-spend.ts'
import type { StoreReader } from '../store/wallet-store.ts'

/** The spending at the fee rate of its quote, unless the call names one itself. */
export async function atQuotedRate(
  reader: StoreReader,
  asked: AskedSpend,
  account: string,
): Promise<AskedSpend> {
  if (asked.quoteId === undefined || asked.feeRateSatPerVbyte !== undefined) return asked
  const quote = await reader.quoteById(asked.quoteId)
  const rate = quote?.account === account ? quote.terms?.feeRateSatPerVbyte : undefined
  return rate === undefined ? asked : { ...asked, feeRateSatPerVbyte: rate }
}
