import type { Msat } from '@lightning-mcp/core'

/** An amount for a message: in sats, as callers give it, or exact where it is finer. */
export const amountText = (amount: Msat): string =>
  amount % 1000n === 0n ? `${amount / 1000n} sats` : `${amount} msat`
