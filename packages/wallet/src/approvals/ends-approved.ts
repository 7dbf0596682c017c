import type { ErrorCode } from '@lightning-mcp/core'

/** Faults that no waiting mends: what was approved can never be sent as it was approved. */
const FOR_GOOD: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_invoice',
  'wrong_network',
  'amount_required',
  'amount_not_allowed',
  'sub_sat_amount',
  'invoice_expired',
  'unsupported',
  'self_payment',
  'not_found',
  'already_paid',
  'hash_conflict',
]

/** Whether a fault ends an approved payment; any other is tried again until the approval runs out. */
export const endsApproved = (code: ErrorCode): boolean => FOR_GOOD.includes(code)
