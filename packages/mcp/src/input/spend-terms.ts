import { satToMsat } from '@lightning-mcp/core'
import type { PaymentId, SpendTerms } from '@lightning-mcp/wallet'
import * as z from 'zod'
import type { ToolContext } from '../tool.ts'
import * as field from './fields.ts'

/** What every tool takes that spends otherwise than on an invoice. */
export const spendTermFields = {
  preview: z.boolean().describe('Send nothing; answer cost, limits and a quote_id').optional(),
  max_fee_sats: field.maxTotalFeeSats,
  memo: field.memo('Own note').optional(),
  idempotency_key: field.idempotencyKey.optional(),
  quote_id: field.spendQuoteId.optional(),
  repeat_of: field.paymentId.describe('payment_id to repeat on purpose').optional(),
  budget: field.budget.optional(),
  wait_seconds: field.waitSeconds.optional(),
}

export interface SpendArguments {
  max_fee_sats?: number | undefined
  memo?: string | undefined
  idempotency_key?: string | undefined
  quote_id?: string | undefined
  repeat_of?: string | undefined
  budget?: string | undefined
  wait_seconds?: number | undefined
}

/** The arguments as the wallet takes them. It gets no signal: a client that stops waiting stops nothing. */
export const spendTerms = (args: SpendArguments, onProgress?: ToolContext['onProgress']): SpendTerms => ({
  ...(args.max_fee_sats === undefined ? {} : { maxFeeMsat: satToMsat(BigInt(args.max_fee_sats)) }),
  ...(args.memo === undefined ? {} : { memo: args.memo }),
  ...(args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key }),
  ...(args.quote_id === undefined ? {} : { quoteId: args.quote_id }),
  ...(args.repeat_of === undefined ? {} : { repeatOf: args.repeat_of as PaymentId }),
  ...(args.budget === undefined ? {} : { budget: args.budget }),
  ...(args.wait_seconds === undefined ? {} : { waitSeconds: args.wait_seconds }),
  ...(onProgress === undefined ? {} : { onProgress: ({ message }) => onProgress(message) }),
})
