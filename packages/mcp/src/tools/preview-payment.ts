import { cleanText } from '@lightning-mcp/core'
import * as z from 'zod'
import { costsIf, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import * as field from '../input/fields.ts'
import { paymentRequest } from '../input/payment-request.ts'
import { outsideText, untrusted } from '../outside-text.ts'
import { isoTimeIf } from '../time.ts'
import { defineTool, READS } from '../tool.ts'
import { shownDestination, shownStatus } from '../views/payment.ts'
import { briefRuleOutput, ruleView } from '../views/rules.ts'

export const previewPayment = defineTool({
  name: 'preview_payment',
  title: 'Preview a payment',
  description:
    'What paying an invoice or Lightning address would cost, whether the balance covers it and the limits allow it. Sends nothing.',
  effect: 'read',
  annotations: { ...READS, openWorldHint: true },
  requires: ['payInvoice'],
  input: z.strictObject({
    destination: field.destination,
    amount_sats: field.amountSats('Where the destination has no amount').optional(),
    max_fee_sats: field.maxFeeSats,
    budget: field.budget.optional(),
  }),
  output: z.object({
    destination: z.string(),
    kind: z.string(),
    allowed: z.boolean(),
    reason_code: z.string().optional(),
    reason: z.string().optional(),
    next_step: z.string().optional(),
    affordable: z.boolean().optional(),
    ...optionalAmountShape('amount'),
    ...optionalAmountShape('estimated_fee'),
    fee_estimate: z.string().optional(),
    ...optionalAmountShape('max_fee'),
    payee: z.string().optional(),
    payment_hash: z.string().optional(),
    network: z.string().optional(),
    memo: z.string().optional(),
    untrusted_fields: z.array(z.string()).optional(),
    expires_at: z.string().optional(),
    ...optionalAmountShape('min'),
    ...optionalAmountShape('max'),
    comment_max_length: z.int().optional(),
    earlier_payment_id: z.string().optional(),
    earlier_status: z.string().optional(),
    earlier_at: z.string().optional(),
    quote_id: z.string().optional(),
    quote_expires_at: z.string().optional(),
    limits: z.array(briefRuleOutput),
    warnings: z.array(z.string()).optional(),
  }),
  async run(args, { wallet, signal }) {
    const seen = await wallet.preview({ ...paymentRequest(args.destination, args), signal })
    const { verdict } = seen
    const warnings = seen.warnings.map((warning) => warning.message)
    const data = {
      destination: shownDestination(seen.destination),
      kind: seen.kind,
      allowed: verdict.allowed,
      ...(verdict.code === undefined ? {} : { reason_code: verdict.code }),
      ...(verdict.message === undefined ? {} : { reason: cleanText(verdict.message, 300) }),
      ...(verdict.hint === undefined ? {} : { next_step: cleanText(verdict.hint, 400) }),
      ...(seen.affordable === undefined ? {} : { affordable: seen.affordable }),
      ...costsIf('amount', seen.amountMsat),
      ...costsIf('estimated_fee', seen.estimatedFeeMsat),
      ...(seen.estimateMethod === undefined ? {} : { fee_estimate: seen.estimateMethod }),
      ...costsIf('max_fee', seen.maxFeeMsat),
      ...(seen.payee === undefined ? {} : { payee: seen.payee }),
      ...(seen.paymentHash === undefined ? {} : { payment_hash: seen.paymentHash as string }),
      ...(seen.network === undefined ? {} : { network: seen.network }),
      ...outsideText('memo', seen.description),
      ...isoTimeIf('expires_at', seen.expiresAt),
      ...costsIf('min', seen.minMsat),
      ...holdsIf('max', seen.maxMsat),
      ...(seen.commentAllowed === undefined ? {} : { comment_max_length: seen.commentAllowed }),
      ...(seen.earlier === undefined
        ? {}
        : {
            earlier_payment_id: seen.earlier.paymentId as string,
            earlier_status: shownStatus(seen.earlier),
            ...isoTimeIf('earlier_at', seen.earlier.at),
          }),
      ...(seen.quoteId === undefined ? {} : { quote_id: seen.quoteId }),
      ...isoTimeIf('quote_expires_at', seen.quoteExpiresAt),
      limits: verdict.rules.map(ruleView),
      ...(warnings.length === 0 ? {} : { warnings }),
    }
    return { data: { ...data, ...untrusted(data, ['memo']) }, text: summary(data) }
  },
})

/** The fee that a payment can have at most, beside what it is expected to be. */
function most(data: { estimated_fee_sats?: number; max_fee_sats?: number }): string {
  if (data.max_fee_sats === undefined) return ''
  return (data.estimated_fee_sats ?? 0) > data.max_fee_sats
    ? `, more than max_fee_sats ${data.max_fee_sats}`
    : `, at most ${satsText(data.max_fee_sats)}`
}

function summary(data: {
  kind: string
  amount_sats?: number
  estimated_fee_sats?: number
  max_fee_sats?: number
  allowed: boolean
  affordable?: boolean
  reason?: string
  earlier_payment_id?: string
  earlier_status?: string
  reason_code?: string
  next_step?: string
  quote_id?: string
}): string {
  const amount = data.amount_sats === undefined ? 'An amount is needed' : satsText(data.amount_sats)
  const fee =
    data.estimated_fee_sats === undefined
      ? data.max_fee_sats === undefined
        ? ''
        : `, fee at most ${satsText(data.max_fee_sats)}`
      : `, estimated fee ${satsText(data.estimated_fee_sats)}${most(data)}`
  const verdict = data.allowed
    ? 'within the limits'
    : data.reason_code === 'approval_required'
      ? 'the owner has to approve it'
      : `not allowed${data.reason === undefined ? '' : `: ${data.reason}`}`
  const balance = data.affordable === undefined ? '' : data.affordable ? ', affordable' : ', not affordable'
  const next = data.allowed || data.next_step === undefined ? '' : ` ${data.next_step}`
  const isPaid = data.kind === 'invoice' && data.earlier_status === 'settled'
  const earlier =
    data.earlier_payment_id === undefined
      ? ''
      : isPaid
        ? ` It was paid already, as ${data.earlier_payment_id}; paying it again sends nothing.`
        : ` Earlier payment ${data.earlier_payment_id}: ${data.earlier_status}.`
  const quote =
    data.quote_id === undefined || isPaid ? '' : ` To pay exactly this: quote_id ${data.quote_id}.`
  return `${amount}${fee}${balance}; ${verdict}.${next}${earlier}${quote}`
}
