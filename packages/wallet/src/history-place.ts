import { LightningError, type UnixSeconds } from '@lightning-mcp/core'
import { oldestPaymentId } from './payment-id.ts'
import type { PaymentId } from './wallet.ts'

/** Where a page of the history begins: in the backend's list and in our own records, which are one list to the reader. */
export interface HistoryPlace {
  /** `start`, `end`, or the backend's own cursor. */
  backend: 'start' | 'end' | { cursor: string }
  /** Own records older than this one. */
  before?: PaymentId
}

const SHAPE = /^(pay_[0-9A-Z]{26})?\.(?:([se])|b([\s\S]+))$/

export function readPlace(cursor: string | undefined): HistoryPlace {
  if (cursor === undefined) return { backend: 'start' }
  const [whole, before, edge, own = ''] = SHAPE.exec(cursor) ?? []
  if (whole === undefined)
    throw new LightningError({
      code: 'invalid_request',
      message: 'the cursor is not one of a page of the history',
      hint: 'Give next_cursor of the page before, or leave it out to start from the beginning.',
    })
  return {
    backend: edge === undefined ? { cursor: own } : edge === 's' ? 'start' : 'end',
    ...(before === undefined ? {} : { before: before as PaymentId }),
  }
}

export const writePlace = ({ backend, before = '' as PaymentId }: HistoryPlace): string =>
  `${before}.${typeof backend === 'string' ? backend.charAt(0) : `b${backend.cursor}`}`

/** The place in our own records that the moment falls on. */
export const placeOf = (at: UnixSeconds): PaymentId => oldestPaymentId(at * 1000)

/** The older of two places. */
export const olderOf = (a: PaymentId | undefined, b: PaymentId | undefined): PaymentId | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** The newer of two places. */
export const newerOf = (a: PaymentId | undefined, b: PaymentId | undefined): PaymentId | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a
