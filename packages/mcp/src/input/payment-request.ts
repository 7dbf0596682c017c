import { satToMsat } from '@lightning-mcp/core'
import type { PaymentRequest } from '@lightning-mcp/wallet'
import type { ToolContext } from '../tool.ts'
import { type SpendArguments, spendTerms } from './spend-terms.ts'

/** What the paying tools and the preview have in common, as the model gives it. */
export interface PaymentArguments extends SpendArguments {
  amount_sats?: number | undefined
  comment?: string | undefined
}

/**
 * The arguments as the wallet takes them. It gets no signal: a client that stops waiting neither
 * stops nor changes a payment.
 */
export function paymentRequest(
  destination: string,
  args: PaymentArguments,
  onProgress?: ToolContext['onProgress'],
): PaymentRequest {
  return {
    destination,
    ...(args.amount_sats === undefined ? {} : { amountMsat: satToMsat(BigInt(args.amount_sats)) }),
    ...(args.comment === undefined ? {} : { comment: args.comment }),
    ...spendTerms(args, onProgress),
  }
}
