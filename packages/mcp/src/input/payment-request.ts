import { satToMsat } from '@lightning-mcp/core'
import type { PaymentId, PaymentRequest } from '@lightning-mcp/wallet'
import type { ToolContext } from '../tool.ts'

/** What the paying tools and the preview have in common, as the model gives it. */
export interface PaymentArguments {
  amount_sats?: number | undefined
  max_fee_sats?: number | undefined
  comment?: string | undefined
  memo?: string | undefined
  idempotency_key?: string | undefined
  repeat_of?: string | undefined
  quote_id?: string | undefined
  wait_seconds?: number | undefined
  budget?: string | undefined
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
    ...(args.max_fee_sats === undefined ? {} : { maxFeeMsat: satToMsat(BigInt(args.max_fee_sats)) }),
    ...(args.comment === undefined ? {} : { comment: args.comment }),
    ...(args.memo === undefined ? {} : { memo: args.memo }),
    ...(args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key }),
    ...(args.repeat_of === undefined ? {} : { repeatOf: args.repeat_of as PaymentId }),
    ...(args.quote_id === undefined ? {} : { quoteId: args.quote_id }),
    ...(args.budget === undefined ? {} : { budget: args.budget }),
    ...(args.wait_seconds === undefined ? {} : { waitSeconds: args.wait_seconds }),
    ...(onProgress === undefined ? {} : { onProgress: ({ message }) => onProgress(message) }),
  }
}
