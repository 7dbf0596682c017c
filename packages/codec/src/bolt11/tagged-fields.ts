import { invalidInvoice } from '../refusal.ts'

const TIMESTAMP_WORDS = 7
const SIGNATURE_WORDS = 104

/** Field letters of BOLT 11 (and bLIP 39's `b`) by their 5-bit type. */
const LETTERS: Readonly<Record<number, FieldLetter>> = {
  1: 'p',
  3: 'r',
  5: '9',
  6: 'x',
  13: 'd',
  16: 's',
  19: 'n',
  20: 'b',
  23: 'h',
  24: 'c',
  27: 'm',
}

export type FieldLetter = 'p' | 'r' | '9' | 'x' | 'd' | 's' | 'n' | 'b' | 'h' | 'c' | 'm'

/** BOLT 11: a reader fails the payment if one of these has another length. */
const FIXED_LENGTH: Partial<Record<FieldLetter, number>> = { p: 52, s: 52, h: 52, n: 53 }

/** These may come more than once; twice any other would let two readers see two different invoices. */
const REPEATABLE = new Set<FieldLetter>(['r', 'b'])

export interface InvoiceWords {
  timestamp: number
  /** Unknown fields and fallback addresses are left out. */
  fields: ReadonlyMap<FieldLetter, Uint8Array | number[]>
  routeHintFields: readonly number[][]
}

/** Splits an invoice's words into its fields and refuses what BOLT 11 tells a reader to refuse. */
export function splitWords(words: number[]): InvoiceWords {
  if (words.length < TIMESTAMP_WORDS + SIGNATURE_WORDS) throw invalidInvoice('it is too short')
  const end = words.length - SIGNATURE_WORDS
  const fields = new Map<FieldLetter, number[]>()
  const routeHintFields: number[][] = []
  for (let at = TIMESTAMP_WORDS; at < end; ) {
    if (at + 3 > end) throw invalidInvoice('its last field is cut off')
    const start = at + 3
    const length = (words[at + 1] as number) * 32 + (words[at + 2] as number)
    if (start + length > end) throw invalidInvoice('its last field is cut off')
    const letter = LETTERS[words[at] as number]
    const data = words.slice(start, start + length)
    at = start + length
    if (letter === undefined) continue
    const fixed = FIXED_LENGTH[letter]
    if (fixed !== undefined && length !== fixed)
      throw invalidInvoice(`its field ${letter} has the wrong length`)
    if (letter === 'r') routeHintFields.push(data)
    if (fields.has(letter) && !REPEATABLE.has(letter))
      throw invalidInvoice(`its field ${letter} appears more than once`)
    fields.set(letter, data)
  }
  if (!fields.has('p')) throw invalidInvoice('it has no payment hash')
  if (!fields.has('s') && !fields.has('b'))
    throw invalidInvoice('it has no payment secret', 'Ask the payee for an invoice from a current wallet.')
  if (fields.has('d') === fields.has('h'))
    throw invalidInvoice('it must have either a description or the hash of one')
  return { timestamp: Number(wordsToBigInt(words.slice(0, TIMESTAMP_WORDS))), fields, routeHintFields }
}

export function wordsToBigInt(words: ArrayLike<number>): bigint {
  let value = 0n
  for (let i = 0; i < words.length; i++) value = value * 32n + BigInt(words[i] as number)
  return value
}

/** Whole bytes; the padding of the last one is dropped. */
export function wordsToBytes(words: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc((words.length * 5) >> 3)
  let bits = 0
  let buffer = 0
  let at = 0
  for (let i = 0; i < words.length; i++) {
    buffer = ((buffer << 5) | (words[i] as number)) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = buffer >> bits
    }
  }
  return bytes
}
