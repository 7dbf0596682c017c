import { expect, test } from 'vitest'
import { paymentView } from '../src/views/payment.ts'
import { settled } from './canned-wallet.ts'

test.each([
  `alice@wallet.example.${'a'.repeat(60)}.${'b'.repeat(60)}.evil.example`,
  `https://wallet.example.${'a'.repeat(60)}.${'b'.repeat(60)}.evil.example/pay`,
])('whose an address is can be read to its end: %s', (destination) => {
  expect(paymentView({ ...settled, destination }).destination).toBe(destination)
})

test('an invoice is cut', () => {
  const { destination } = paymentView({ ...settled, destination: `lnbc1${'x'.repeat(300)}` })
  expect(destination).toMatch(/^lnbc1x{74}…$/)
})
