import { cleanText, ERROR_CODES, type ErrorCode, LightningError, type Retry } from '@lightning-mcp/core'
import type { ToolEffect } from './tool.ts'

/** What a failed call answers, beside a line of text. */
export interface Failure {
  /** A code of core, or `payment_failed` where the node gives no better reason. */
  code: ErrorCode | 'payment_failed'
  message: string
  /** Whether money may have left on account of this call or an earlier one for the same thing. */
  money_may_have_moved: boolean
  /** May the very same call be made again? */
  retry: Retry
  next_step: string
}

/** Thrown by a tool whose answer is a failure with more to say than an error: a payment that failed. */
export class ToolFailure extends Error {
  readonly failure: Failure
  readonly details: Readonly<Record<string, unknown>>

  constructor(failure: Failure, details: Readonly<Record<string, unknown>> = {}) {
    super(failure.message)
    this.name = 'ToolFailure'
    this.failure = failure
    this.details = details
  }
}

/** What to do next, where the error itself does not say. */
const NEXT_STEPS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'Correct the arguments and call again.',
  invalid_invoice: 'Ask the recipient for a complete BOLT11 invoice.',
  wrong_network: 'Ask for an invoice of this wallet’s network (get_wallet_details names it).',
  amount_required: 'Call again with amount_sats.',
  amount_not_allowed: 'Call again without amount_sats: the invoice has its own amount.',
  sub_sat_amount: 'Use an amount in whole sats.',
  invoice_expired: 'Ask the recipient for a fresh invoice.',
  unsupported: 'This wallet cannot do that; choose another way.',
  self_payment: 'Paying oneself is not possible here; use an invoice of somebody else.',
  permission_denied: 'Tell the owner; the wallet’s credential or settings do not allow it.',
  unauthenticated: 'Tell the owner to check the wallet’s credential.',
  insufficient_balance: 'Check get_wallet_balance; pay less, or ask the owner to add funds.',
  budget_exceeded: 'Check get_budget and tell the owner. Do not split the payment.',
  fee_limit_exceeded: 'Call again with a larger max_fee_sats if the user agrees.',
  no_route: 'Try again later, or ask the recipient for another invoice.',
  recipient_rejected: 'Ask the recipient for a fresh invoice.',
  approval_required: 'Ask the owner to approve, then call again with the same arguments.',
  spending_paused: 'Tell the owner; spending is paused.',
  unavailable: 'Call check_connection, then try again.',
  not_ready: 'Wait until the node is ready (check_connection), then try again.',
  rate_limited: 'Wait a little, then try again.',
  already_paid: 'Do not pay again. If a second payment is meant, ask for a fresh invoice.',
  in_progress: 'Do not pay again. Call wait_for_payment or get_payment_status.',
  already_exists: 'Use what exists already.',
  idempotency_conflict: 'Repeat the first call’s arguments with this key, or leave idempotency_key out.',
  hash_conflict: 'Do not pay; ask the recipient for a fresh invoice.',
  outcome_unknown: 'Do not pay again. Call get_payment_status.',
  not_found: 'Check the id or hash.',
  protocol_error: 'Call check_connection; after a payment call get_payments before anything else.',
  internal: 'Tell the owner to look into the server’s log; after a payment call get_payments first.',
}

/**
 * Core's `safe` says that repeating cannot pay twice. An agent that reads it here takes it for advice,
 * and repeats a call that cannot succeed until something else has changed.
 */
const ADVICE: Partial<Readonly<Record<ErrorCode, Retry>>> = {
  budget_exceeded: 'never',
  insufficient_balance: 'after-delay',
}

const MAX_MESSAGE = 400

/** A `LightningError` as the answer of a tool. Only a tool that spends can have moved money. */
export function failureOf(error: LightningError, effect: ToolEffect): Failure {
  return {
    code: error.code,
    message: cleanText(error.message, MAX_MESSAGE),
    money_may_have_moved: effect === 'spend' && error.sent !== 'no',
    retry: ADVICE[error.code] ?? error.retry,
    next_step: cleanText(error.hint ?? NEXT_STEPS[error.code], MAX_MESSAGE),
  }
}

/** Any fault that is not ours to explain: nothing of it is shown. */
export function internalFailure(effect: ToolEffect): Failure {
  return failureOf(
    new LightningError({ code: 'internal', message: 'The server met a fault that it did not expect.' }),
    effect,
  )
}

/** The code under which a reason for failure is told. */
export const codeOfReason = (reason: string): Failure['code'] =>
  Object.hasOwn(ERROR_CODES, reason) ? (reason as ErrorCode) : 'payment_failed'

/** The line of text. */
export const failureText = (failure: Failure): string =>
  `${failure.code}: ${failure.message}${/[.!?…]$/.test(failure.message) ? '' : '.'} Next: ${failure.next_step}`

/** For a facet that was declared when the tools were listed and is not there now. */
export function unsupportedNow(what: string): never {
  throw new LightningError({
    code: 'unsupported',
    message: `This wallet’s backend or credential cannot ${what}.`,
  })
}
