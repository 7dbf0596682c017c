import type { Msat } from '@lightning-mcp/core'

/** An amount for a message: in sats, as callers give it, with the part of a sat where there is one. */
export function amountText(amount: Msat): string {
  const part = (amount % 1000n).toString().padStart(3, '0').replace(/0+$/, '')
  return part === '' ? `${amount / 1000n} sats` : `${amount / 1000n}.${part} sats`
}
