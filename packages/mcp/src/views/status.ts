import { type Invoice, LightningError, paymentHash } from '@lightning-mcp/core'
import type { ApprovalId, PaymentId, PaymentKey, PaymentRecord } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { amountShape, optionalAmountShape, satsText } from '../amounts.ts'
import { invoiceShape, invoiceView } from './invoice.ts'
import { isPayment, nodeSpendShape, spendWords } from './node-spend.ts'
import { paymentShape, paymentView } from './payment.ts'

const { amount_sats: _, amount_msat: __, ...withoutAmount } = { ...amountShape('amount'), ...paymentShape }

/** An outgoing payment or an own invoice: what the two look-up tools answer. */
export const statusOutput = z.object({
  direction: z.enum(['outgoing', 'incoming']),
  ...invoiceShape,
  ...withoutAmount,
  ...nodeSpendShape,
  failure_detail: z.string().optional(),
  ...optionalAmountShape('amount'),
  payment_id: z.string().optional(),
  payment_hash: z.string().optional(),
  destination: z.string().optional(),
})

/** An own invoice after it was decided about; `get_payment_status` declares the other fields. */
export const decidedInvoiceOutput = z.looseObject({
  status: z.string(),
  payment_hash: z.string(),
  received_sats: z.int().optional(),
  next_step: z.string().optional(),
})

export function lookupKey({
  payment_id: paymentId,
  payment_hash: hash,
  approval_id: approvalId,
}: {
  payment_id?: string | undefined
  payment_hash?: string | undefined
  approval_id?: string | undefined
}): PaymentKey {
  const given = [paymentId, hash, approvalId].filter((id) => id !== undefined)
  if (given.length !== 1)
    throw new LightningError({
      code: 'invalid_request',
      message: 'Give payment_id, payment_hash or approval_id: one of the three.',
    })
  if (paymentId !== undefined) return { paymentId: paymentId as PaymentId }
  return hash === undefined ? { approvalId: approvalId as ApprovalId } : { paymentHash: paymentHash(hash) }
}

export function notFound(key: PaymentKey): LightningError {
  const what =
    'paymentId' in key
      ? 'payment with this payment_id'
      : 'approvalId' in key
        ? 'payment with this approval_id'
        : 'payment or invoice with this hash'
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
  const what = isPayment(record.kind)
    ? `Payment ${data.payment_id} of ${satsText(data.amount_sats)}`
    : `${data.payment_id}: ${spendWords(record.kind)[data.status === 'settled' ? 'done' : 'order'](data)}`
  return { data, text: `${what}${fee}: ${data.status}.${next}` }
}

const INVOICE_STEPS: Partial<Readonly<Record<Invoice['status'], string>>> = {
  open: 'Not paid yet. Call wait_for_payment with this payment_hash to go on waiting.',
  accepted: 'The payment is held: take it with settle_hold_invoice, or send it back with cancel_invoice.',
}

export function statusOfInvoice(invoice: Invoice) {
  const step = INVOICE_STEPS[invoice.status]
  const data = {
    direction: 'incoming' as const,
    ...invoiceView(invoice),
    ...(step === undefined ? {} : { next_step: step }),
  }
  const received = data.received_sats === undefined ? '' : `, received ${satsText(data.received_sats)}`
  return {
    data,
    text: `Invoice ${data.payment_hash}: ${data.status}${received}.${step === undefined ? '' : ` ${step}`}`,
  }
}
