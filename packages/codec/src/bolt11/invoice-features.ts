import { invalidInvoice } from '../refusal.ts'

/**
 * Even bits that a payer may meet in an invoice: BOLT 9, context `9`, and bLIP 39's blinded paths. AMP (30)
 * is left out on purpose: its payments have no hash of their own to be looked up by.
 * https://github.com/lightning/bolts/blob/master/09-features.md
 */
const KNOWN_EVEN_BITS = new Set([8, 14, 16, 24, 36, 48, 260])

/** Set bits of field `9`: big-endian, the last word's lowest bit is bit 0. */
export function readFeatures(words: ArrayLike<number>): number[] {
  const bits: number[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[words.length - 1 - i] as number
    for (let bit = 0; bit < 5; bit++) if ((word >> bit) & 1) bits.push(i * 5 + bit)
  }
  return bits
}

/**
 * BOLT 11: unknown even bits fail the payment, unknown odd ones are ignored. Dependencies need no check:
 * all that a known bit depends on is a feature that BOLT 9 now assumes, and field `s` is required anyway.
 */
export function checkFeatures(bits: readonly number[]): void {
  const unknown = bits.find((bit) => bit % 2 === 0 && !KNOWN_EVEN_BITS.has(bit))
  if (unknown !== undefined)
    throw invalidInvoice(
      `it requires feature ${unknown}${unknown === 30 ? ' (AMP)' : ''}, which is not known here`,
      'Ask the payee for an invoice without it.',
    )
}
