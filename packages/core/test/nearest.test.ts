import { describe, expect, it } from 'vitest'
import { nearest } from '../src/nearest.ts'

describe('nearest', () => {
  const known = ['--max-payment-sats', '--max-fee-sats', '--backend', '--read-only']
  const cases: { given: string; expected: string | undefined }[] = [
    { given: '--max-payment-sat', expected: '--max-payment-sats' },
    { given: '--MAX-FEE-SATS', expected: '--max-fee-sats' },
    { given: '--bakcend', expected: '--backend' },
    { given: '--readonly', expected: '--read-only' },
    { given: 'zzzzzzzzzzzzzzzzzz', expected: undefined },
    { given: 'x'.repeat(100_000), expected: undefined },
  ]
  it.each(cases)('finds $expected for $given', ({ given, expected }) => {
    expect(nearest(given, known)).toBe(expected)
  })
})
