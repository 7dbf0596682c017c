import { invalidInvoice } from '../refusal.ts'

/**
 * Even bits that a payer may meet in an invoice: BOLT 9, context `9`, and bLIP 39's blinded paths. AMP (30)
 * is left out on purpose: its payments have no hash of their own to be looked up by.
 * https://github.com/lightning/bolts/blob/master/09-features.md
 */
const KNOWN_EVEN_BITS = new Set([8, 14, 16, 24, 36, 48, 260])

/** BOLT 9's "Dependencies", by even bit; either bit of the pair will do. */
const DEPENDENCIES: readonly (readonly [bit: number, needs: number])[] = [
  [14, 8],
  [16, 14],
]

/** Set bits of field `9`: big-endian, the last word's lowest bit is bit 0. */
export function readFeatures(words: ArrayLike<number>): number[] {
  const bits: number[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[words.length - 1 - i] as number
    for (let bit = 0; bit < 5; bit++) if ((word >> bit) & 1) bits.push(i * 5 + bit)
  }
  return bits
}

/** BOLT 11: unknown even bits fail the payment, unknown odd ones are ignored, and dependencies must be set. */
export function checkFeatures(bits: readonly number[]): void {
  const unknown = bits.find((bit) => bit % 2 === 0 && !KNOWN_EVEN_BITS.has(bit))
  if (unknown !== undefined)
    throw invalidInvoice(
      `it requires feature ${unknown}${unknown === 30 ? ' (AMP)' : ''}, which is not known here`,
      'Ask the payee for an invoice without it.',
    )
  const has = (bit: number) => bits.includes(bit) || bits.includes(bit + 1)
  for (const [bit, needs] of DEPENDENCIES)
    if (has(bit) && !has(needs))
      throw invalidInvoice(`its feature ${bit} lacks feature ${needs}, which it needs`)
}
