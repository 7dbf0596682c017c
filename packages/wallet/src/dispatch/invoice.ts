import { LightningError } from '@lightning-mcp/core'
import { adoptByHash, judgePayment, lookUpByHash } from './by-hash.ts'
import type { Strategy } from './strategy.ts'

/** A BOLT 11 invoice, given or minted: pinned by its payment hash. */
export const invoiceStrategy: Strategy = {
  isReady: ({ invoice }) => invoice !== undefined,
  async send({ invoice, invoiceHasAmount, amountMsat, maxFeeMsat, sendOptions = {} }, backend, options) {
    if (invoice === undefined) throw new LightningError({ code: 'internal', message: 'no invoice is pinned' })
    const payment = await backend.payInvoice({
      invoice,
      maxFeeMsat,
      ...options,
      ...sendOptions,
      ...(invoiceHasAmount ? {} : { amountMsat }),
    })
    return judgePayment(payment)
  },
  adopt: adoptByHash,
  lookUp: lookUpByHash,
}
