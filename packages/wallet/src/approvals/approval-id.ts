import { LightningError } from '@lightning-mcp/core'
import { newId } from '../payment-id.ts'
import type { ApprovalId } from '../wallet.ts'

const SHAPE = /^apr_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** A new id: `apr_` and a ULID. It is no secret and gives no authority. */
export const newApprovalId = (nowMs: number): ApprovalId => newId('apr', nowMs) as ApprovalId

/** Takes either case. Throws `invalid_request` without repeating the text. */
export function approvalId(text: string): ApprovalId {
  const given = typeof text === 'string' ? text.trim() : ''
  const id = `apr_${given.slice(4).toUpperCase()}`
  if (!SHAPE.test(id) || !/^apr_/i.test(given))
    throw new LightningError({
      code: 'invalid_request',
      message: 'not an approval id',
      hint: 'An approval id is "apr_" and 26 characters, as a payment that awaits approval answers it.',
    })
  return id as ApprovalId
}
