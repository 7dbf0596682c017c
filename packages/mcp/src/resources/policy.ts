import { msatToSatCeil, msatToSatFloor } from '@lightning-mcp/core'
import type { Budget } from '@lightning-mcp/wallet'

/** The rules in words, with the numbers that hold now. */
export function policyText(budget: Budget): string {
  const { partsPerMillion, floorMsat } = budget.defaultFee
  const percent = partsPerMillion / 10_000
  return [
    `One payment may be at most ${msatToSatFloor(budget.maxPaymentMsat)} sats.`,
    `Where a call gives no max_fee_sats, the routing fee may be at most ${percent} % of the amount, or ${msatToSatCeil(floorMsat)} sats where that is more.`,
    'The same payment asked for twice is paid once: by idempotency_key, by payment hash, and for an address by amount within 10 minutes.',
    'A payment whose outcome is not known is looked up until it is; it is never sent again meanwhile.',
    'Only the owner can change these rules, outside of this protocol.',
  ].join('\n')
}
