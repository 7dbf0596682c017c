import type { PaymentOutcome } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { codeOfReason, ToolFailure } from '../failures.ts'
import type { ToolSuccess } from '../tool.ts'
import { failedStep, paymentShape, paymentView } from './payment.ts'

/** What the paying tools answer. */
export const payOutput = z.object({
  ...paymentShape,
  replayed: z.boolean(),
  repeat_hint: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})

/** How to pay once more on purpose, by the kind of destination. */
export type RepeatHint = (outcome: PaymentOutcome) => string

const UNDER_WAY = 'The earlier payment is still under way: wait for it.'

/** States that end without a payment and are no failure of the network. */
const DECISIONS: Readonly<
  Record<string, { code: 'permission_denied' | 'approval_required'; message: string }>
> = {
  denied: { code: 'permission_denied', message: 'The owner declined this payment.' },
  canceled: { code: 'permission_denied', message: 'This payment was canceled before it was sent.' },
  expired: { code: 'approval_required', message: 'Nobody approved this payment in time.' },
}

function failure(outcome: PaymentOutcome): ToolFailure {
  const { status, payment_id, payment_hash, failure_reason } = paymentView(outcome)
  const details = { status, payment_id, payment_hash, failure_reason }
  const decision = DECISIONS[outcome.state]
  if (decision)
    return new ToolFailure(
      {
        ...decision,
        money_may_have_moved: false,
        retry: 'never',
        next_step: 'Nothing was sent. Tell the user.',
      },
      details,
    )
  const retry = outcome.retry ?? 'never'
  return new ToolFailure(
    {
      code: codeOfReason(outcome.failure?.reason ?? 'other'),
      message: `The payment failed${outcome.failure === undefined ? '' : ` (${failure_reason})`}; no money moved.`,
      money_may_have_moved: false,
      retry: retry === 'same-call' ? 'safe' : 'never',
      next_step: failedStep(outcome),
    },
    details,
  )
}

/**
 * What a payment's outcome is for the model: settled or still under way is a result, a proven failure
 * an error. Nothing that may still settle is ever called failed.
 */
export function payAnswer(
  outcome: PaymentOutcome,
  repeatHint: RepeatHint,
): ToolSuccess<z.input<typeof payOutput>> {
  const view = paymentView(outcome)
  if (!['settled', 'pending', 'awaiting_approval'].includes(view.status)) throw failure(outcome)
  const settled = view.status === 'settled'
  const hint = outcome.replayed ? (settled ? repeatHint(outcome) : UNDER_WAY) : undefined
  const warnings = outcome.warnings?.map((warning) => warning.message) ?? []
  const fee = view.fee_sats === undefined ? '' : ` with a fee of ${satsText(view.fee_sats)}`
  const paid = `${hint === undefined ? 'Paid' : 'Already paid'} ${satsText(view.amount_sats)}${fee}`
  const told = settled ? paid : `Not settled yet (${view.status})`
  const next = view.next_step === undefined ? '' : ` ${view.next_step}`
  return {
    data: {
      ...view,
      replayed: outcome.replayed,
      ...(hint === undefined ? {} : { repeat_hint: hint }),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
    text: `${told}; payment_id ${view.payment_id}.${next}${hint === undefined ? '' : ` This call sent nothing. ${hint}`}`,
  }
}
