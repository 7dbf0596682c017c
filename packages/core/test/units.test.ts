import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMsat,
  clampSubMsat,
  LightningError,
  MAX_MSAT,
  type Msat,
  msat,
  msatToSatCeil,
  msatToSatExact,
  msatToSatFloor,
  sat,
  satToMsat,
  subMsat,
} from '../src/index.ts'

const amount = fc.bigInt({ min: 0n, max: MAX_MSAT }).map((value) => value as Msat)
const code = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return LightningError.is(error) ? error.code : 'not a LightningError'
  }
}

describe('msat', () => {
  test.each([0n, 1n, MAX_MSAT])('takes %s', (value) => {
    expect(msat(value)).toBe(value)
  })

  test.each([-1n, MAX_MSAT + 1n])('refuses %s', (value) => {
    expect(code(() => msat(value))).toBe('invalid_request')
  })

  test('sats share its range', () => {
    expect(sat(2_100_000_000_000_000n)).toBe(2_100_000_000_000_000n)
    expect(code(() => sat(2_100_000_000_000_001n))).toBe('invalid_request')
    expect(code(() => sat(-1n))).toBe('invalid_request')
  })
})

describe('conversion', () => {
  test('every sat is 1000 msat and back', () => {
    fc.assert(
      fc.property(amount, (a) => {
        expect(msatToSatExact(satToMsat(msatToSatFloor(a)))).toBe(msatToSatFloor(a))
      }),
    )
  })

  test('rounding never favours either side', () => {
    fc.assert(
      fc.property(amount, (a) => {
        expect(msatToSatFloor(a) * 1000n).toBeLessThanOrEqual(a)
        expect(msatToSatCeil(a) * 1000n).toBeGreaterThanOrEqual(a)
        expect(msatToSatCeil(a) - msatToSatFloor(a)).toBe(a % 1000n === 0n ? 0n : 1n)
      }),
    )
  })

  test('a sub-sat amount is refused, not rounded', () => {
    fc.assert(
      fc.property(amount, (a) => {
        expect(code(() => msatToSatExact(a))).toBe(a % 1000n === 0n ? undefined : 'sub_sat_amount')
      }),
    )
  })
})

describe('sums', () => {
  test('adding and taking away cancel out', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        fc.pre(a + b <= MAX_MSAT)
        expect(subMsat(addMsat(a, b), b)).toBe(a)
      }),
    )
  })

  test('nothing goes below zero', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(clampSubMsat(a, b)).toBe(a > b ? a - b : 0n)
        expect(code(() => subMsat(a, b))).toBe(a >= b ? undefined : 'invalid_request')
      }),
    )
  })
})
