import { type ErrorCode, LightningError } from '@lightning-mcp/core'

const HINTS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'Correct the request and call again.',
  invalid_invoice: 'Ask for the invoice again and pass it on unchanged.',
  wrong_network: 'Ask for an invoice of the network that this wallet is on.',
  amount_required: 'Give an amount.',
  amount_not_allowed: 'Leave the amount out: the invoice has its own.',
  sub_sat_amount: 'Use an amount in whole sats.',
  invoice_expired: 'Ask the recipient for a fresh invoice.',
  unsupported: 'This wallet cannot do that; use another way.',
  self_payment: 'The invoice is this wallet’s own; pay another.',
  permission_denied: 'The owner has to give this wallet a credential that may do this.',
  unauthenticated: 'The owner has to check the credential of the node.',
  insufficient_balance: 'Pay less, or add funds first.',
  budget_exceeded: 'Look at the budget, pay less, or ask the owner.',
  fee_limit_exceeded: 'Allow a larger fee if the limits let you, or try later.',
  no_route: 'Try again later, or a smaller amount.',
  recipient_rejected: 'Ask the recipient for a fresh invoice.',
  approval_required: 'Wait for the owner’s decision.',
  spending_paused: 'Spending is paused; ask the owner.',
  unavailable: 'Try again in a while; if it stays, the owner has to look at the node.',
  not_ready: 'The node is starting or locked; try again in a while.',
  rate_limited: 'Wait a little before the next call.',
  already_paid: 'Do not pay it again.',
  in_progress: 'Do not pay it again; wait for the payment that is under way.',
  already_exists: 'Use the one that exists.',
  idempotency_conflict: 'Use a new idempotency key for a different payment.',
  hash_conflict: 'Do not pay this invoice; ask the recipient for a fresh one.',
  outcome_unknown: 'Do not pay again; ask for the payment’s status.',
  not_found: 'Check the id.',
  protocol_error: 'Ask for the status before anything else; if it stays, the owner has to look at the node.',
  internal: 'Ask for the status before anything else.',
}

/** What every method of the wallet rejects with: a `LightningError` that says what to do next. */
export function withHint(error: unknown): LightningError {
  if (LightningError.is(error)) {
    if (error.hint !== undefined) return error
    return new LightningError({
      code: error.code,
      message: error.message,
      retry: error.retry,
      sent: error.sent,
      hint: HINTS[error.code],
      ...(error.operation === undefined ? {} : { operation: error.operation }),
      ...(error.backendKind === undefined ? {} : { backendKind: error.backendKind }),
      ...(error.backend === undefined ? {} : { backend: error.backend }),
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    })
  }
  const { name } = error instanceof Error ? error : { name: '' }
  if (name === 'AbortError' || name === 'TimeoutError')
    return new LightningError({
      code: 'unavailable',
      message: 'the caller stopped waiting before there was an answer',
      hint: 'Call again when you have more time.',
      cause: error,
    })
  return new LightningError({
    code: 'internal',
    message: 'something went wrong inside the wallet',
    hint: HINTS.internal,
    cause: error,
  })
}
