import { createHash, randomBytes } from 'node:crypto'
import type { Invoice } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const leaksThePreimage: BrokenBackend = {
  name: 'leaks-the-preimage',
  wrong: 'tells the preimage of an open invoice when it is looked up, as some nodes do',
  breakage: (wallet) => {
    const preimages = new Map<string, unknown>()
    return wrapBackend(wallet, {
      async call({ operation, request }, next) {
        if (operation === 'createInvoice') {
          const preimage = (request?.preimage as string | undefined) ?? randomBytes(32).toString('hex')
          preimages.set(createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex'), preimage)
          return next({ ...request, preimage })
        }
        const answer = await next()
        if (operation !== 'lookupInvoice' || answer === undefined) return answer
        const invoice = answer as Invoice
        const preimage = preimages.get(invoice.paymentHash)
        return preimage === undefined ? invoice : { ...invoice, preimage }
      },
    })
  },
  fails: ['preimage-hidden-until-settled'],
}
