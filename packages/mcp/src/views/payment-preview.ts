import type { PaymentPreview } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { costsIf, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { outsideText, untrusted } from '../outside-text.ts'
import { isoTimeIf } from '../time.ts'
import type { ToolSuccess } from '../tool.ts'
import { shownDestination } from './payment.ts'
import { briefRuleOutput } from './rules.ts'
import { verdictText, verdictView } from './verdict.ts'

export const paymentPreviewOutput = z.object({
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
})

/** What a payment of an invoice, address or LNURL would be. */
export function paymentPreviewAnswer(
  seen: PaymentPreview,
): ToolSuccess<z.input<typeof paymentPreviewOutput>> {
  const warnings = seen.warnings.map((warning) => warning.message)
  const data = {
    destination: shownDestination(seen.destination),
    kind: seen.kind,
    ...verdictView(seen),
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
    ...(warnings.length === 0 ? {} : { warnings }),
  }
  return { data: { ...data, ...untrusted(data, ['memo']) }, text: summary(data) }
}

/** The fee that a payment can have at most, beside what it is expected to be. */
function most(data: { estimated_fee_sats?: number; max_fee_sats?: number }): string {
  if (data.max_fee_sats === undefined) return ''
  return (data.estimated_fee_sats ?? 0) > data.max_fee_sats
    ? `, more than max_fee_sats ${data.max_fee_sats}`
    : `, at most ${satsText(data.max_fee_sats)}`
}

function summary(
  data: {
    kind: string
    amount_sats?: number
    estimated_fee_sats?: number
    max_fee_sats?: number
  } & Parameters<typeof verdictText>[0],
): string {
  const amount = data.amount_sats === undefined ? 'An amount is needed' : satsText(data.amount_sats)
  const fee =
    data.estimated_fee_sats === undefined
      ? data.max_fee_sats === undefined
        ? ''
        : `, fee at most ${satsText(data.max_fee_sats)}`
      : `, estimated fee ${satsText(data.estimated_fee_sats)}${most(data)}`
  const isPaid = (data.kind === 'bolt11' || data.kind === 'invoice') && data.earlier_status === 'settled'
  return `${amount}${fee}; ${verdictText({ ...data, isPaid })}`
}
