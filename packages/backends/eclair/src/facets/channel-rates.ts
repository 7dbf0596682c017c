import { LightningError } from '@lightning-mcp/core'

/** Whole sats per virtual byte are all that Eclair's forms take. */
export function wholeRate(feeRateSatPerVbyte: number | undefined): number | undefined {
  if (feeRateSatPerVbyte === undefined) return undefined
  if (Number.isSafeInteger(feeRateSatPerVbyte) && feeRateSatPerVbyte >= 1) return feeRateSatPerVbyte
  throw new LightningError({
    code: 'invalid_request',
    message: 'Eclair takes fee rates in whole sats per virtual byte only',
    hint: 'Give a whole number of at least 1.',
  })
}
