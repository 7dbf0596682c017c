import { LightningError } from '@lightning-mcp/core'

/**
 * JSON as Core Lightning speaks it: its 64-bit integers are above what a number holds exactly, and it
 * does not read `\u` escapes in every text.
 */

/** A whole number that a double may round: only then the slower way of reading is taken. */
const LONG_INTEGER = /[[:,]\s*-?\d{16,}/

/** As `JSON.parse`, with integers beyond 2^53 as bigint. Throws `SyntaxError`. */
export function parseExact(text: string): unknown {
  return LONG_INTEGER.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text)
}

/** Longer ones are nobody's: to read millions of digits would take seconds. */
const SIXTY_FOUR_BITS = /^-?\d{1,20}$/

function keepExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && SIXTY_FOUR_BITS.test(source) ? BigInt(source) : value
}

/** What a parameter may be made of; undefined members are left out. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined }

/** As `JSON.stringify`, with bigints as numbers. Throws `invalid_request` for text that Core Lightning cannot read. */
export function encodeExact(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return encodeText(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(encodeExact).join(',')}]`
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${encodeExact(member)}`],
  )
  return `{${members.join(',')}}`
}

const isList = (value: object): value is readonly JsonValue[] => Array.isArray(value)

// `\n` and the other short escapes are understood, `\u` is not: captured as invoice-unicode
function encodeText(text: string): string {
  const encoded = JSON.stringify(text)
  if (!encoded.includes('\\u') || !/(?<!\\)(?:\\\\)*\\u/.test(encoded)) return encoded
  throw new LightningError({
    code: 'invalid_request',
    message: 'a text holds control characters or broken Unicode, which Core Lightning does not take',
    hint: 'Leave those characters out.',
  })
}
