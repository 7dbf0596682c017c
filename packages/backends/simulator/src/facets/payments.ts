import { assertPayable } from '@lightning-mcp/codec'
import {
  type KeysendFacet,
  type LightningBackend,
  LightningError,
  type Msat,
  type Payment,
  type PaymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { SimulatorClock } from '../clock.ts'
import { hashOf } from '../invoices/create-invoice.ts'
import { ask, askOnce, type Connection } from '../service/connection.ts'

/** What the caller knows of a payment whose outcome it cannot tell. */
interface Sent {
  paymentHash: PaymentHash
  amountMsat: Msat | undefined
}

const unknown = ({ paymentHash, amountMsat }: Sent): Payment => ({
  paymentHash,
  status: 'unknown',
  ...(amountMsat === undefined ? {} : { amountMsat }),
})

/** The hash was in the answer: nobody can name the payment but by its label. */
const lostWithItsHash = (): never => {
  throw new LightningError({
    code: 'outcome_unknown',
    message: 'the answer to a keysend payment was lost, and its payment hash with it',
    hint: 'Look the payment up by its label.',
  })
}

/** Payments of this wallet, with the rule that only what was never sent may throw. */
export const createPayments = (
  connection: Connection,
  { clock, keysendChoosesPreimage }: { clock: SimulatorClock; keysendChoosesPreimage: boolean },
): Pick<LightningBackend, 'payInvoice' | 'lookupPayment'> & { keysend: KeysendFacet } => ({
  async payInvoice({ signal, ...request }) {
    const nowSeconds = Math.floor(clock.now() / 1000)
    const { decoded, amountMsat } = assertPayable(request, { network: 'regtest', nowSeconds })
    const lost = (): Payment => unknown({ paymentHash: decoded.paymentHash, amountMsat })
    return askOnce(connection, signal, lost, 'payInvoice', request)
  },

  async lookupPayment({ signal, ...key }) {
    if ('backendId' in key)
      throw new LightningError({
        code: 'invalid_request',
        message: 'payments of the simulator are looked up by payment hash or label',
        hint: 'Give the payment hash.',
      })
    return ask(connection, signal, 'lookupPayment', key)
  },

  keysend: {
    async send({ signal, ...request }) {
      if (keysendChoosesPreimage) {
        const { preimage: _, ...unchosen } = request
        return askOnce(connection, signal, lostWithItsHash, 'sendKeysend', unchosen)
      }
      const hash = hashOf(preimage(request.preimage))
      const lost = (): Payment => unknown({ paymentHash: hash, amountMsat: request.amountMsat })
      return askOnce(connection, signal, lost, 'sendKeysend', request)
    },
  },
})
