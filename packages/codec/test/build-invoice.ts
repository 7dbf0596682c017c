import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bech32 } from '@scure/base'

export const PRIVATE_KEY = 'e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734'
export const PUBLIC_KEY = '03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad'
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

export interface InvoicePlan {
  prefix?: string
  /** Letter and words, in order; default: `goodFields`. */
  fields?: readonly (readonly [letter: string, words: readonly number[]])[]
  timestamp?: number
  highS?: boolean
  /** Words behind the fields, not shaped like one. */
  trailing?: readonly number[]
}

export const hexWords = (hex: string): number[] => bech32.toWords(Buffer.from(hex, 'hex'))
export const textWords = (text: string): number[] => bech32.toWords(Buffer.from(text))
export const zeros = (count: number): number[] => new Array<number>(count).fill(0)

export const goodFields: readonly (readonly [string, readonly number[]])[] = [
  ['p', hexWords('01'.repeat(32))],
  ['s', hexWords('02'.repeat(32))],
  ['d', textWords('tea')],
  ['9', bitWords(8, 14)],
]

/** The good fields, with some replaced, dropped (`undefined`) or added. */
export function fieldsWith(
  changes: Record<string, readonly number[] | undefined>,
): (readonly [string, readonly number[]])[] {
  const kept = goodFields.filter(([letter]) => !(letter in changes))
  return [...kept, ...Object.entries(changes).flatMap(([l, w]) => (w === undefined ? [] : [[l, w] as const]))]
}

const TYPES = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

export function bitWords(...bits: number[]): number[] {
  const words = zeros(Math.floor(Math.max(...bits) / 5) + 1)
  for (const bit of bits) {
    const at = words.length - 1 - Math.floor(bit / 5)
    words[at] = (words[at] as number) | (1 << (bit % 5))
  }
  return words
}

/** Signs anything, right or wrong, so that each check of the decoder is met with a valid signature. */
export function buildInvoice(plan: InvoicePlan = {}): string {
  const { prefix = 'lnbcrt', fields = goodFields, timestamp = 1_700_000_000, trailing = [] } = plan
  const words = [
    ...[6, 5, 4, 3, 2, 1, 0].map((power) => Math.floor(timestamp / 32 ** power) % 32),
    ...fields.flatMap(([letter, data]) => [
      TYPES.indexOf(letter),
      data.length >> 5,
      data.length & 31,
      ...data,
    ]),
    ...trailing,
  ]
  return signWords(prefix, words, plan.highS)
}

export function signWords(prefix: string, words: readonly number[], highS = false): string {
  const bits = words.map((word) => word.toString(2).padStart(5, '0')).join('')
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0')
  const bytes = Buffer.from(padded.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  const hash = createHash('sha256').update(prefix).update(bytes).digest()
  const key = Buffer.from(PRIVATE_KEY, 'hex')
  const signed = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' })
  const [recovery = 0, compact] = [signed[0], Buffer.from(signed.subarray(1))]
  if (!highS)
    return bech32.encode(prefix, [...words, ...bech32.toWords(Buffer.from([...compact, recovery]))], false)
  const s = CURVE_ORDER - BigInt(`0x${compact.subarray(32).toString('hex')}`)
  const high = Buffer.from([
    ...compact.subarray(0, 32),
    ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    recovery ^ 1,
  ])
  return bech32.encode(prefix, [...words, ...bech32.toWords(high)], false)
}
