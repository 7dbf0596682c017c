import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText } from '../src/index.ts'

describe('cleanText', () => {
  test.each([
    { name: 'plain text stays', given: 'coffee ☕ für 2', expected: 'coffee ☕ für 2' },
    { name: 'new lines become spaces', given: 'a\r\n\tb', expected: 'a b' },
    { name: 'terminal escapes lose their start', given: '\u001b[31mred', expected: '[31mred' },
    { name: 'bidirectional overrides go', given: 'abc\u202edcb', expected: 'abc dcb' },
    { name: 'zero-width characters go', given: 'pay\u200b\u2060me', expected: 'pay me' },
    { name: 'tag characters go', given: 'x\u{e0041}\u{e0042}y', expected: 'x y' },
    { name: 'variation selectors that hide text go', given: 'x\u{e0141}\u{e0142}\ufe01y', expected: 'x y' },
    { name: 'fillers that show as nothing go', given: 'a\u3164\u115f\u034f\u180eb', expected: 'a b' },
    { name: 'blanks that are no spaces go', given: 'a\u2800\u2800\u{1d159}\u{1d173}b', expected: 'a b' },
    { name: 'lone surrogates go', given: 'a\ud800b', expected: 'a b' },
    { name: 'emoji pairs stay', given: '😀', expected: '😀' },
  ])('$name', ({ given, expected }) => {
    expect(cleanText(given)).toBe(expected)
  })

  test('long text is cut and says so', () => {
    expect(cleanText('x'.repeat(5000), 10)).toBe('xxxxxxxxx…')
  })

  test('the result is short and holds no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const clean = cleanText(text, 100)
        expect(Array.from(clean).length).toBeLessThanOrEqual(100)
        expect(clean).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u)
        expect(clean.isWellFormed()).toBe(true)
      }),
    )
  })
})
