import { sat } from '@lightning-mcp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { worstCloseFeeMsat, worstCoinFeeMsat, worstSpliceOutFeeMsat } from '../../src/spending/fee-bound.ts'

const INPUT = 91
const BASE = 97

test('no order in which a wallet takes its coins costs more than the bound', () => {
  const coin = fc.bigInt(1_000n, 1_000_000n)
  fc.assert(
    fc.property(
      fc.array(coin, { minLength: 1, maxLength: 30 }),
      fc.bigInt(300n, 3_000_000n),
      fc.integer({ min: 1, max: 50 }),
      fc.integer(),
      (coins, amountSat, feeRateSatPerVbyte, seed) => {
        const utxos = coins.map((amount) => ({ amountSat: sat(amount) }))
        const worst = worstCoinFeeMsat(utxos, { amountSat, feeRateSatPerVbyte })
        const order = coins
          .map((amount, index) => ({ amount, by: Math.sin(seed + index) }))
          .sort((a, b) => a.by - b.by)
        let total = 0n
        for (const [index, { amount }] of order.entries()) {
          total += amount
          const feeSat = BigInt((BASE + (index + 1) * INPUT) * feeRateSatPerVbyte)
          if (total < amountSat + feeSat) continue
          expect(feeSat * 1000n).toBeLessThanOrEqual(worst)
          return
        }
      },
    ),
  )
})

test.each([
  ['cooperative', 2, 0, 404_000n],
  ['cooperative', 1.5, 0, 303_000n],
  // 281 at the commitment's rate, 160 at the chain's
  ['force', 1, 0, 2_970_000n],
  ['force', 20, 2, 24_140_000n],
] as const)(
  'a %s close at %d sat/vbyte with %d HTLCs',
  (mode, feeRateSatPerVbyte, pendingHtlcs, expected) => {
    expect(worstCloseFeeMsat({ mode, feeRateSatPerVbyte, pendingHtlcs })).toBe(expected)
  },
)

test('a splice out costs a transaction of two outputs', () => {
  expect(worstSpliceOutFeeMsat(2)).toBe(404_000n)
})

test('without coins there is a bound all the same', () => {
  expect(worstCoinFeeMsat([], { amountSat: 1n, feeRateSatPerVbyte: 1 })).toBe(188_000n)
})
