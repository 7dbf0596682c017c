import { type Msat, msat, type UnixSeconds } from '@lightning-mcp/core'

/** What a line of the history needs of an invoice. */
export interface InvoiceText {
  createdAt: UnixSeconds
  amountMsat?: Msat
  /** As written by the payee: not cleaned. */
  description?: string
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_WORDS = 6
const SIGNATURE_WORDS = 104
const TIMESTAMP_WORDS = 7
const DESCRIPTION_TYPE = 13

/** In msat; `p` is a tenth. */
const MULTIPLIERS: Readonly<Record<string, bigint>> = {
  '': 100_000_000_000n,
  m: 100_000_000n,
  u: 100_000n,
  n: 100n,
}

/**
 * Reads a BOLT 11 invoice that the node itself has made or paid, without the costly check of its
 * signature: the node has done that. `undefined`: not one.
 */
export function readInvoiceText(invoice: string): InvoiceText | undefined {
  const [, digits = '', unit = '', data = ''] =
    /^ln(?:bcrt|tbs|tb|bc)(?:(\d{1,18})([munp]?))?1([02-9ac-hj-np-z]+)$/.exec(invoice.toLowerCase()) ?? []
  const words = Array.from(data, (character) => BECH32.indexOf(character))
  const end = words.length - CHECKSUM_WORDS - SIGNATURE_WORDS
  if (end < TIMESTAMP_WORDS) return undefined
  const amountMsat = digits === '' ? undefined : toAmount(BigInt(digits), unit)
  const description = readDescription(words.slice(TIMESTAMP_WORDS, end))
  return {
    createdAt: words.slice(0, TIMESTAMP_WORDS).reduce((seconds, word) => seconds * 32 + word, 0),
    ...(amountMsat === undefined ? {} : { amountMsat }),
    ...(description === undefined || description === '' ? {} : { description }),
  }
}

const toAmount = (value: bigint, unit: string): Msat =>
  msat(unit === 'p' ? value / 10n : value * (MULTIPLIERS[unit] ?? 0n))

/** Fields are a word of type, two of length, and the data. */
function readDescription(words: readonly number[]): string | undefined {
  for (let at = 0; at + 3 <= words.length; ) {
    const [type = 0, high = 0, low = 0] = words.slice(at, at + 3)
    const length = high * 32 + low
    if (type === DESCRIPTION_TYPE) return toText(words.slice(at + 3, at + 3 + length))
    at += 3 + length
  }
  return undefined
}

function toText(words: readonly number[]): string {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const word of words) {
    value = ((value << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >> bits) & 0xff)
  }
  return Buffer.from(bytes).toString('utf8')
}
