import { LightningError } from '@lightning-mcp/core'
import type { PaymentOutcome, PaymentRequest, SpendRequest } from '@lightning-mcp/wallet'
import type * as z from 'zod'
import { satsText } from './amounts.ts'
import { quoted } from './outside-text.ts'
import type { ToolContext, ToolQuestion, ToolSuccess } from './tool.ts'
import { untilAborted } from './until-aborted.ts'
import { spendWords } from './views/node-spend.ts'
import { payAnswer, type payOutput, type RepeatHint } from './views/pay-outcome.ts'
import { paymentView } from './views/payment.ts'

const DEFAULT_WAIT_SECONDS = 25

type Answer = ToolSuccess<z.input<typeof payOutput>>
type Waiting = Pick<PaymentRequest, 'waitSeconds' | 'onProgress'>

/** Pays. See {@link withConsent}. */
export const payWithConsent = (
  request: PaymentRequest,
  context: ToolContext,
  repeatHint: RepeatHint,
): Promise<Answer> =>
  withConsent((asks) => context.wallet.pay({ ...request, ...asks }), request, context, repeatHint)

/** Spends otherwise than on an invoice. See {@link withConsent}. */
export const spendWithConsent = (
  request: SpendRequest,
  context: ToolContext,
  repeatHint: RepeatHint,
): Promise<Answer> =>
  withConsent((asks) => context.wallet.spend({ ...request, ...asks }), request, context, repeatHint)

/**
 * Has it paid, and where the owner left it to the client to have its user agree, asks that user. The wallet
 * decides whether that is so; the answer is worth what the client is worth. The approval that is asked
 * for names the question, so that an answer to another payment, or one with other arguments, answers
 * nothing.
 */
async function withConsent(
  start: (asks: { returnAwaitingApproval: boolean }) => Promise<PaymentOutcome>,
  { waitSeconds = DEFAULT_WAIT_SECONDS, onProgress }: Waiting,
  context: ToolContext,
  repeatHint: RepeatHint,
): Promise<Answer> {
  const { wallet, signal, confirmation } = context
  const outcome = await untilAborted(start({ returnAwaitingApproval: confirmation !== undefined }), signal)
  const { approval } = outcome
  if (confirmation === undefined || outcome.state !== 'awaiting_approval' || approval === undefined)
    return payAnswer(outcome, repeatHint)
  if (approval.mayElicit) {
    const answer = confirmation.answerTo(approval.approvalId)
    if (answer === undefined) return { ...payAnswer(outcome, repeatHint), question: questionOf(outcome) }
    if (answer === 'cancel') return payAnswer(outcome, repeatHint)
    const decision = answer === 'accept' ? 'approve' : 'deny'
    await wallet.answerByElicitation({ approvalId: approval.approvalId, decision }).catch(unlessDecided)
  }
  const { paymentId } = outcome
  const waiting = wallet.waitForPayment({
    paymentId,
    waitSeconds,
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  const { payment = outcome } = await untilAborted(waiting, signal)
  return payAnswer({ ...payment, replayed: outcome.replayed }, repeatHint)
}

/** The owner was quicker: the record tells what was decided. */
function unlessDecided(error: unknown): void {
  if (!LightningError.is(error) || error.code !== 'already_exists') throw error
}

function questionOf(outcome: PaymentOutcome): ToolQuestion {
  const view = paymentView(outcome)
  const { max_fee_sats, memo, description } = view
  const fee = max_fee_sats === undefined ? '' : ` and a fee of up to ${satsText(max_fee_sats)}`
  const lines = [
    `${spendWords(outcome.kind).order(view, fee)}?`,
    memo === undefined ? undefined : `Note: ${quoted(memo)}`,
    description === undefined ? undefined : `The recipient says: ${quoted(description)}`,
  ]
  return {
    id: outcome.approval?.approvalId ?? '',
    text: lines.filter((line) => line !== undefined).join('\n'),
  }
}
