import { expect, test } from 'vitest'
import { spendWords } from '../src/views/node-spend.ts'
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

test('the recipient of a splice-out is never named as its channel', () => {
  const seen = { amount_sats: 5, destination: 'bcrt1qrecipient' }
  const { order, done } = spendWords('splice-out')
  expect(order(seen)).toBe('Send 5 sats out of the channel to bcrt1qrecipient')
  expect(order({ ...seen, channel_id: '1x2x3' })).toBe('Send 5 sats out of channel 1x2x3 to bcrt1qrecipient')
  expect(done(seen)).toMatch(/^Sent 5 sats out of the channel to bcrt1qrecipient;/)
})
