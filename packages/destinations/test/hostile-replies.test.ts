import { LightningError } from '@lightning-mcp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as destinations from '../src/index.ts'
import type { JsonObject } from '../src/json-client.ts'
import { readPayTerms } from '../src/pay-terms.ts'
import { readSuccessMessage } from '../src/success-message.ts'
import { goodTerms } from './service.ts'

const CALLBACK = new URL('https://example.com/callback')
const terms = goodTerms('example.com', { callback: CALLBACK.href })
const value = fc.oneof(
  fc.jsonValue(),
  fc.string(),
  fc.double(),
  fc.webUrl(),
  fc.constantFrom('__proto__', 'toString'),
)

test('any reply ends in usable terms or in a refusal', () => {
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(terms), 'payerData', '__proto__'), value)
  fc.assert(
    fc.property(changes, (change) => {
      const reply = JSON.parse(JSON.stringify({ ...terms, ...change })) as JsonObject
      try {
        const found = readPayTerms(reply, 'example.com', false)
        expect(found.terms.minMsat).toBeGreaterThanOrEqual(1n)
        expect(found.terms.maxMsat).toBeGreaterThanOrEqual(found.terms.minMsat)
        expect(Number.isInteger(found.terms.commentAllowed)).toBe(true)
        expect(found.callback.protocol === 'https:' || found.callback.hostname.endsWith('.onion')).toBe(true)
      } catch (error) {
        if (!LightningError.is(error)) throw error
        expect(error.sent).toBe('no')
      }
    }),
    { numRuns: 20_000 },
  )
})

test('any success action ends in a short clean text or none', () => {
  const action = fc.oneof(
    value,
    fc.record({
      tag: fc.constantFrom('message', 'url', 'aes'),
      message: value,
      description: value,
      url: value,
    }),
  )
  fc.assert(
    fc.property(action, (given) => {
      const message = readSuccessMessage(given, CALLBACK) ?? ''
      expect(message.length).toBeLessThan(1000)
      expect(message).not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: 5000 },
  )
})

test('the package exports exactly this', () => {
  expect(Object.keys(destinations)).toEqual(['createDestinationResolver'])
})
