import { LightningError } from '@lightning-mcp/core'
import type { PaymentOutcome, PaymentRequest } from '@lightning-mcp/wallet'
import type * as z from 'zod'
import { satsText } from './amounts.ts'
import { quoted } from './outside-text.ts'
import type { ToolContext, ToolQuestion, ToolSuccess } from './tool.ts'
import { untilAborted } from './until-aborted.ts'
import { payAnswer, type payOutput, type RepeatHint } from './views/pay-outcome.ts'
import { paymentView } from './views/payment.ts'

const DEFAULT_WAIT_SECONDS = 25

/**
 * Pays, and where the owner left it to the client to have its user agree, asks that user. The wallet
 * decides whether that is so; the answer is worth what the client is worth. The approval that is asked
 * for names the question, so that an answer to another payment, or one with other arguments, answers
 * nothing.
 */
export async function payWithConsent(
  request: PaymentRequest,
  context: ToolContext,
  repeatHint: RepeatHint,
): Promise<ToolSuccess<z.input<typeof payOutput>>> {
  const { wallet, signal, confirmation } = context
  const returnAwaitingApproval = confirmation !== undefined
  const outcome = await untilAborted(wallet.pay({ ...request, returnAwaitingApproval }), signal)
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
  const { waitSeconds = DEFAULT_WAIT_SECONDS, onProgress } = request
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
  const { amount_sats, max_fee_sats, destination, memo, description } = paymentView(outcome)
  const fee = max_fee_sats === undefined ? '' : ` and a fee of up to ${satsText(max_fee_sats)}`
  const lines = [
    `Pay ${satsText(amount_sats)}${fee} to ${destination}?`,
    memo === undefined ? undefined : `Note: ${quoted(memo)}`,
    description === undefined ? undefined : `The recipient says: ${quoted(description)}`,
  ]
  return {
    id: outcome.approval?.approvalId ?? '',
    text: lines.filter((line) => line !== undefined).join('\n'),
  }
}
