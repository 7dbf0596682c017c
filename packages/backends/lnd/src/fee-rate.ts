import { LightningError } from '@lightning-mcp/core'
import type { Int64 } from './schemas.ts'

/** LND's field for a fee rate; nothing where none is given. Rounding up would cost more than was agreed, down might never confirm. */
export function feeRateField(satPerVbyte: number | undefined): { sat_per_vbyte?: string } {
  if (satPerVbyte === undefined) return {}
  if (Number.isSafeInteger(satPerVbyte) && satPerVbyte >= 1) return { sat_per_vbyte: String(satPerVbyte) }
  throw new LightningError({
    code: 'invalid_request',
    message: 'LND takes a fee rate in whole sats per virtual byte',
    hint: 'Give a whole number, at least 1.',
  })
}

/** A thousand weight units are 250 virtual bytes. Rounded up to what LND takes itself. */
export const toSatPerVbyte = (satPerKw: Int64): number =>
  Math.max(1, Number((BigInt(satPerKw) + 249n) / 250n))
