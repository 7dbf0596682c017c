import type { Invoice } from '@lightning-mcp/core'
import * as z from 'zod'
import { holdsIf, optionalAmountShape } from '../amounts.ts'
import { outsideText } from '../outside-text.ts'
import { isoTime, isoTimeIf } from '../time.ts'

/** Fields of an invoice of this wallet. The preimage is never among them. */
export const invoiceShape = {
  status: z.string(),
  invoice: z.string().optional(),
  payment_hash: z.string(),
  ...optionalAmountShape('amount'),
  ...optionalAmountShape('received'),
  memo: z.string().optional(),
  created_at: z.string(),
  expires_at: z.string(),
  settled_at: z.string().optional(),
}

export const invoiceView = (invoice: Invoice) => ({
  status: invoice.status,
  ...(invoice.invoice === undefined ? {} : { invoice: invoice.invoice }),
  payment_hash: invoice.paymentHash as string,
  ...holdsIf('amount', invoice.amountMsat),
  ...holdsIf('received', invoice.receivedMsat),
  ...outsideText('memo', invoice.description),
  created_at: isoTime(invoice.createdAt),
  expires_at: isoTime(invoice.expiresAt),
  ...isoTimeIf('settled_at', invoice.settledAt),
})
