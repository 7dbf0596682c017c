import { appendFileSync } from 'node:fs'
import { decodeInvoice } from '@lightning-mcp/codec'
import { type LightningBackend, LightningError, type PayInvoiceRequest } from '@lightning-mcp/core'
import type { Moments } from './moments.ts'

/**
 * The backend with its moments: `sent`, the node has the payment and the answer is still out;
 * `asking` and `told`, around each look-up. Notes each sending of what the node is paying or has
 * paid already: its own guard would hide that the wallet asked for it.
 */
export function watchedBackend(
  backend: LightningBackend,
  { moments, notes, dieAt }: { moments: Moments; notes: string; dieAt: string | undefined },
): LightningBackend {
  const lookUp = (invoice: string) => {
    const { paymentHash } = decodeInvoice(invoice)
    return backend.lookupPayment({ paymentHash })
  }
  const note = (what: string) => appendFileSync(notes, `${what}\n`)
  const payInvoice = async (request: PayInvoiceRequest) => {
    const known = await lookUp(request.invoice)
    if (known?.status === 'pending' || known?.status === 'settled') note(`sent again while ${known.status}`)
    const answer = backend.payInvoice(request)
    if (dieAt?.startsWith('sent') === true) {
      answer.catch(() => {})
      while ((await lookUp(request.invoice)) === undefined);
    }
    moments.pass('sent')
    return answer.catch((error: unknown) => {
      if (LightningError.is(error) && ['already_paid', 'in_progress'].includes(error.code))
        note(`refused by the node: ${error.code}`)
      throw error
    })
  }
  const lookupPayment: LightningBackend['lookupPayment'] = async (key) => {
    moments.pass('asking')
    const payment = await backend.lookupPayment(key)
    moments.pass('told')
    return payment
  }
  return new Proxy(backend, {
    get: (target, name) => {
      if (name === 'payInvoice') return payInvoice
      if (name === 'lookupPayment') return lookupPayment
      return Reflect.get(target, name)
    },
  })
}
