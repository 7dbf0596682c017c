/** May the same call be made again? `after-lookup`: only once a look-up has told what became of the first. */
export type Retry = 'safe' | 'after-delay' | 'after-lookup' | 'never'

/** May money have moved, or a request have reached the node? */
export type Sent = 'no' | 'maybe' | 'yes'

/**
 * Every error code there is, with what it implies unless the thrower knows better.
 * Closed on purpose: callers may switch over it.
 */
export const ERROR_CODES = {
  // the request itself is wrong
  invalid_request: { retry: 'never', sent: 'no' },
  invalid_invoice: { retry: 'never', sent: 'no' },
  wrong_network: { retry: 'never', sent: 'no' },
  amount_required: { retry: 'never', sent: 'no' },
  amount_not_allowed: { retry: 'never', sent: 'no' },
  sub_sat_amount: { retry: 'never', sent: 'no' },
  invoice_expired: { retry: 'never', sent: 'no' },
  unsupported: { retry: 'never', sent: 'no' },
  self_payment: { retry: 'never', sent: 'no' },
  // the credential is wrong or too weak
  permission_denied: { retry: 'never', sent: 'no' },
  unauthenticated: { retry: 'never', sent: 'no' },
  // the payment cannot succeed as things are
  insufficient_balance: { retry: 'safe', sent: 'no' },
  budget_exceeded: { retry: 'safe', sent: 'no' },
  fee_limit_exceeded: { retry: 'safe', sent: 'no' },
  no_route: { retry: 'safe', sent: 'no' },
  recipient_rejected: { retry: 'safe', sent: 'no' },
  approval_required: { retry: 'after-delay', sent: 'no' },
  spending_paused: { retry: 'after-delay', sent: 'no' },
  // the node cannot answer now
  unavailable: { retry: 'after-delay', sent: 'no' },
  not_ready: { retry: 'after-delay', sent: 'no' },
  rate_limited: { retry: 'after-delay', sent: 'no' },
  // it was done before, or is being done
  already_paid: { retry: 'never', sent: 'yes' },
  in_progress: { retry: 'never', sent: 'yes' },
  already_exists: { retry: 'never', sent: 'yes' },
  idempotency_conflict: { retry: 'never', sent: 'no' },
  hash_conflict: { retry: 'never', sent: 'no' },
  // nobody can tell yet
  outcome_unknown: { retry: 'after-lookup', sent: 'maybe' },
  not_found: { retry: 'after-delay', sent: 'maybe' },
  protocol_error: { retry: 'after-lookup', sent: 'maybe' },
  internal: { retry: 'after-lookup', sent: 'maybe' },
} as const satisfies Record<string, { retry: Retry; sent: Sent }>

export type ErrorCode = keyof typeof ERROR_CODES
