import { type Invoice, LightningError, type PaymentHash, paymentHash } from '@lightning-mcp/core'
import type { PaymentId, PaymentRecord } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { amountShape, optionalAmountShape, satsText } from '../amounts.ts'
import { invoiceShape, invoiceView } from './invoice.ts'
import { paymentShape, paymentView } from './payment.ts'

const { amount_sats: _, amount_msat: __, ...withoutAmount } = { ...amountShape('amount'), ...paymentShape }

/** An outgoing payment or an own invoice: what the two look-up tools answer. */
export const statusOutput = z.object({
  direction: z.enum(['outgoing', 'incoming']),
  ...invoiceShape,
  ...withoutAmount,
  ...optionalAmountShape('amount'),
  payment_id: z.string().optional(),
  payment_hash: z.string().optional(),
  destination: z.string().optional(),
  expires_at: z.string().optional(),
})

/** One of the two ways to name what is looked up. */
export type LookupKey = { paymentId: PaymentId } | { paymentHash: PaymentHash }

export function lookupKey(args: {
  payment_id?: string | undefined
  payment_hash?: string | undefined
}): LookupKey {
  if ((args.payment_id === undefined) === (args.payment_hash === undefined))
    throw new LightningError({
      code: 'invalid_request',
      message: 'Give either payment_id or payment_hash, one of the two.',
    })
  return args.payment_id === undefined
    ? { paymentHash: paymentHash(args.payment_hash as string) }
    : { paymentId: args.payment_id as PaymentId }
}

export function notFound(key: LookupKey): LightningError {
  const what = 'paymentId' in key ? 'payment with this payment_id' : 'payment or invoice with this hash'
  return new LightningError({
    code: 'not_found',
    sent: 'no',
    retry: 'never',
    message: `This wallet knows no ${what}.`,
    hint: 'Check it, or look for it with get_payments.',
  })
}

export function statusOfPayment(record: PaymentRecord) {
  const data = { direction: 'outgoing' as const, ...paymentView(record) }
  const fee = data.fee_sats === undefined ? '' : `, fee ${satsText(data.fee_sats)}`
  const next = data.next_step === undefined ? '' : ` ${data.next_step}`
  return {
    data,
    text: `Payment ${data.payment_id} of ${satsText(data.amount_sats)}${fee}: ${data.status}.${next}`,
  }
}

const OPEN_STEP = 'Not paid yet. Call wait_for_payment with this payment_hash to go on waiting.'

export function statusOfInvoice(invoice: Invoice) {
  const open = invoice.status === 'open' ? { next_step: OPEN_STEP } : {}
  const data = { direction: 'incoming' as const, ...invoiceView(invoice), ...open }
  const received = data.received_sats === undefined ? '' : `, received ${satsText(data.received_sats)}`
  return {
    data,
    text: `Invoice ${data.payment_hash}: ${data.status}${received}.${open.next_step ? ` ${open.next_step}` : ''}`,
  }
}
