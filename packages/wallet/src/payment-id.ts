import { randomFillSync } from 'node:crypto'
import { LightningError } from '@lightning-mcp/core'
import type { PaymentId } from './wallet.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const SHAPE = /^pay_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** A new id: `pay_` and a ULID. */
export const newPaymentId = (nowMs: number): PaymentId => newId('pay', nowMs) as PaymentId

const TIME_CHARACTERS = 10
const RANDOM_CHARACTERS = 16
/** Asked for in large pieces: a call to the system for each id costs more than all the rest of it. */
const pool = new Uint8Array(RANDOM_CHARACTERS * 128)
let unused = 0

/** The id before which all of the moment come: ids sort by age. */
export const oldestPaymentId = (nowMs: number): PaymentId =>
  `pay_${timeText(nowMs)}${'0'.repeat(RANDOM_CHARACTERS)}` as PaymentId

function timeText(nowMs: number): string {
  let time = Math.max(0, Math.trunc(nowMs))
  let text = ''
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    text = ALPHABET[time % 32] + text
    time = Math.floor(time / 32)
  }
  return text
}

/** A prefix and a ULID (48 bits of time, 80 random bits), so that ids sort by age. */
export function newId(prefix: string, nowMs: number): string {
  if (unused < RANDOM_CHARACTERS) {
    randomFillSync(pool)
    unused = pool.length
  }
  let text = timeText(nowMs)
  for (let i = 0; i < RANDOM_CHARACTERS; i++) text += ALPHABET[(pool[--unused] ?? 0) & 31]
  return `${prefix}_${text}`
}

/** Takes either case. Throws `invalid_request` without repeating the text. */
export function paymentId(text: string): PaymentId {
  const id = typeof text === 'string' ? `pay_${text.trim().slice(4).toUpperCase()}` : ''
  if (!SHAPE.test(id) || !/^pay_/i.test(text.trim()))
    throw new LightningError({
      code: 'invalid_request',
      message: 'not a payment id',
      hint: 'A payment id is "pay_" and 26 characters, as pay_invoice and get_payments answer it.',
    })
  return id as PaymentId
}
