import { LightningError } from '@lightning-mcp/core'
import type { PaymentOutcome, SpendRequest, SpendTerms } from '@lightning-mcp/wallet'
import type * as z from 'zod'
import { failureOf, ToolFailure } from './failures.ts'
import { type SpendArguments, spendTerms } from './input/spend-terms.ts'
import { spendWithConsent } from './pay-with-consent.ts'
import type { ToolContext, ToolSuccess } from './tool.ts'
import { type spendOutput, spendPreviewAnswer } from './views/spend.ts'

/** A {@link SpendRequest} without the terms that are the same for all kinds. */
export type SpendOrder = SpendRequest extends infer Request
  ? Request extends SpendRequest
    ? Omit<Request, keyof SpendTerms>
    : never
  : never

/** How to do the same once more on purpose. */
export const repeatOf = ({ paymentId, kind }: PaymentOutcome): string =>
  kind === 'channel-close'
    ? 'A channel is closed once: list_channels with state pending or closed shows it.'
    : `To do it once more on purpose, call again with repeat_of ${paymentId}.`

/** A preview, or what is looked up before sending: whatever ends it has moved nothing. */
export async function sendingNothing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw LightningError.is(error) ? new ToolFailure(failureOf(error, 'read')) : error
  }
}

/** Does what was ordered, or with `preview` says what it would be. `warnings`: what the user should know first. */
export async function runSpend(
  order: SpendOrder,
  args: SpendArguments & { preview?: boolean | undefined },
  context: ToolContext,
  warnings: readonly string[] = [],
): Promise<ToolSuccess<z.input<typeof spendOutput>>> {
  const { wallet, signal, onProgress } = context
  if (args.preview === true) {
    const request = { ...order, ...spendTerms(args), signal } as SpendRequest
    return spendPreviewAnswer(await sendingNothing(wallet.previewSpend(request)), warnings)
  }
  const answer = await spendWithConsent(
    { ...order, ...spendTerms(args, onProgress) } as SpendRequest,
    context,
    repeatOf,
  )
  if (warnings.length === 0) return answer
  return { ...answer, data: { ...answer.data, warnings: [...warnings, ...(answer.data.warnings ?? [])] } }
}
