import type { PaymentOutcome } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { satsText } from '../amounts.ts'
import { codeOfReason, type Failure, ToolFailure } from '../failures.ts'
import { quoted } from '../outside-text.ts'
import type { ToolSuccess } from '../tool.ts'
import { isPayment, type SpendSeen, spendWords } from './node-spend.ts'
import { failedStep, isTurnedDown, paymentShape, paymentView, turnedDownStep } from './payment.ts'

/** What the paying tools answer. */
export const payOutput = z.object({
  ...paymentShape,
  replayed: z.boolean(),
  repeat_hint: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})

/** How to pay once more on purpose, by the kind of destination. */
export type RepeatHint = (outcome: PaymentOutcome) => string

const UNDER_WAY = 'The earlier one is still under way: wait for it.'

/** What ended with a decision, or for the want of one, and is no failure of the network. */
function turnedDown({ state, failure }: PaymentOutcome): Pick<Failure, 'code' | 'message' | 'retry'> {
  if (state === 'denied')
    return { code: 'permission_denied', message: 'The owner denied this payment.', retry: 'never' }
  if (state === 'expired')
    return {
      code: 'approval_required',
      message: 'Nobody approved this payment in time.',
      retry: 'after-delay',
    }
  return {
    code: codeOfReason(failure?.reason ?? 'permission_denied'),
    message: `The payment was approved, and then canceled before it was sent: ${failure?.detail ?? 'it could no longer be sent'}.`,
    retry: 'never',
  }
}

function failure(outcome: PaymentOutcome): ToolFailure {
  const { status, payment_id, payment_hash, failure_reason, failure_detail, approval_id, untrusted_fields } =
    paymentView(outcome)
  const details = {
    status,
    payment_id,
    payment_hash,
    failure_reason,
    failure_detail,
    approval_id,
    ...(failure_detail === undefined ? {} : { untrusted_fields }),
  }
  if (isTurnedDown(outcome))
    return new ToolFailure(
      { ...turnedDown(outcome), money_may_have_moved: false, next_step: turnedDownStep(outcome) },
      details,
    )
  const retry = outcome.retry ?? 'never'
  return new ToolFailure(
    {
      code: codeOfReason(outcome.failure?.reason ?? 'other'),
      message: `${spendWords(outcome.kind).noun} failed${outcome.failure === undefined ? '' : ` (${failure_reason}${failure_detail === undefined ? '' : `, ${quoted(failure_detail)}`})`}; no money moved.`,
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
  const waits = view.status === 'awaiting_approval'
  const hint = outcome.replayed && !waits ? (settled ? repeatHint(outcome) : UNDER_WAY) : undefined
  const warnings = outcome.warnings?.map((warning) => warning.message) ?? []
  const told = settled
    ? doneText(outcome, view, hint !== undefined)
    : waits
      ? 'Waits for the owner’s approval'
      : `Not settled yet (${view.status})`
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

function doneText({ kind }: PaymentOutcome, view: SpendSeen, isReplay: boolean): string {
  const done = spendWords(kind).done(view)
  const joint = isPayment(kind) ? ' with a fee of' : '; fee'
  const fee =
    view.fee_sats !== undefined
      ? `${joint} ${satsText(view.fee_sats)}`
      : view.max_fee_sats === undefined
        ? ''
        : `${joint} up to ${satsText(view.max_fee_sats)}, not known yet`
  return `${isReplay ? `Already ${done.charAt(0).toLowerCase()}${done.slice(1)}` : done}${fee}`
}
