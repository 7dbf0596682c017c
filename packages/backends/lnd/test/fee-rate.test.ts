import { LightningError } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feeRateField, toSatPerVbyte } from '../src/fee-rate.ts'

describe('fee rates', () => {
  test.each([
    ['250', 1],
    ['253', 2],
    ['500', 2],
    ['501', 3],
    ['6250', 25],
    ['0', 1],
  ])('%s sat per 1000 weight units are %i sat per virtual byte', (satPerKw, expected) => {
    expect(toSatPerVbyte(satPerKw)).toBe(expected)
  })

  test('a rate is never below what LND says, and LND takes it', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 100_000_000n), (satPerKw) => {
        const rate = toSatPerVbyte(String(satPerKw))
        expect(BigInt(rate) * 250n).toBeGreaterThanOrEqual(satPerKw)
        expect(feeRateField(rate)).toEqual({ sat_per_vbyte: String(rate) })
      }),
    )
  })

  test.each([0, -1, 0.5, 1.012, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', (rate) => {
    expect(() => feeRateField(rate)).toThrow(LightningError)
  })

  test('none is left to LND', () => {
    expect(feeRateField(undefined)).toEqual({})
  })
})
