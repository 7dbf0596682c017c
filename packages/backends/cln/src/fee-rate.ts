import { LightningError } from '@lightning-mcp/core'

/** Sat per virtual byte as Core Lightning takes it; a thousandth is the smallest step. */
export function toFeeRate(satPerVbyte: number): string {
  const perKiloVbyte = Math.ceil(satPerVbyte * 1000)
  if (Number.isFinite(satPerVbyte) && satPerVbyte > 0 && perKiloVbyte <= 10_000_000)
    return `${perKiloVbyte}perkb`
  throw new LightningError({
    code: 'invalid_request',
    message: 'the fee rate is not between 0 and 10000 sat per virtual byte',
    hint: 'Leave it out for the node to choose.',
  })
}
