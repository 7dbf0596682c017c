import { msat, sat, satToMsat } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { readSpend } from '../../src/spending/read-spend.ts'
import type { SpendRequest } from '../../src/spending/spend-request.ts'
import { ADDRESS, CHANNEL, PAYEE, REQUESTS } from './spend-world.ts'

const P2PKH = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'

test.each<[name: string, request: SpendRequest, expected: object]>([
  [
    'a keysend in upper case',
    { ...REQUESTS.keysend, payee: ` ${PAYEE.toUpperCase()} ` },
    { order: { kind: 'keysend', payee: PAYEE }, amountMsat: 1_000_000n },
  ],
  [
    'an address in upper case',
    { ...REQUESTS.onchain, address: ADDRESS.toUpperCase() },
    { order: { kind: 'onchain', address: ADDRESS, networks: ['regtest'], amountSat: 100_000n } },
  ],
  [
    'an opening whose peer says where it is',
    { ...REQUESTS['channel-open'], peer: `${PAYEE}@Node.Example:1234` },
    {
      order: { kind: 'channel-open', peer: PAYEE, host: 'node.example:1234', private: false },
      amountMsat: 50_000_000n,
      capitalMsat: 150_000_000n,
    },
  ],
  [
    'an opening at an IPv6 address',
    { kind: 'channel-open', peer: `${PAYEE}@[2001:db8::1]:9735`, capacitySat: sat(20_000n) },
    { order: { host: '[2001:db8::1]:9735' }, amountMsat: 0n, capitalMsat: 20_000_000n },
  ],
  [
    'a close',
    REQUESTS['channel-close'],
    { amountMsat: 0n, order: { mode: 'cooperative', channel: CHANNEL } },
  ],
  ['a splice in', REQUESTS['splice-in'], { amountMsat: 0n, capitalMsat: 100_000_000n }],
  ['a splice out', REQUESTS['splice-out'], { amountMsat: 100_000_000n }],
  [
    'dust that is none for this kind of address',
    { ...REQUESTS.onchain, amountSat: sat(294n) },
    { amountMsat: satToMsat(294n) },
  ],
  ['a memo is cleaned', { ...REQUESTS.keysend, memo: 'tea\u202e' }, { memo: 'tea' }],
])('reads %s', (_, request, expected) => {
  expect(readSpend(request)).toMatchObject(expected)
})

test.each<[name: string, request: object]>([
  ['no amount', { ...REQUESTS.keysend, amountMsat: msat(0n) }],
  ['a negative amount', { ...REQUESTS.keysend, amountMsat: -1n }],
  ['no node id', { ...REQUESTS.keysend, payee: 'bob' }],
  ['no such kind', { kind: 'gift' }],
  ['a mistyped address', { ...REQUESTS.onchain, address: ADDRESS.replace('w508', 'w509') }],
  ['dust', { ...REQUESTS.onchain, amountSat: sat(293n) }],
  ['dust of an old address', { ...REQUESTS.onchain, address: P2PKH, amountSat: sat(545n) }],
  ['no coins', { ...REQUESTS.onchain, amountSat: sat(0n) }],
  ['more coins than there are', { ...REQUESTS.onchain, amountSat: 2_100_000_000_000_001n }],
  ['no capacity', { ...REQUESTS['channel-open'], capacitySat: sat(0n) }],
  ['all of it pushed', { ...REQUESTS['channel-open'], pushMsat: satToMsat(200_000n) }],
  ['a negative push', { ...REQUESTS['channel-open'], pushMsat: -1n }],
  ['no peer', { ...REQUESTS['channel-open'], peer: 'alice@example.com' }],
  ['no channel', { ...REQUESTS['channel-close'], channel: {} }],
  ['no way of closing', { ...REQUESTS['channel-close'], mode: 'gently' }],
  ['nothing to splice in', { ...REQUESTS['splice-in'], amountSat: sat(0n) }],
  ['a negative splice', { ...REQUESTS['splice-out'], amountSat: -1n }],
  ['a fee rate of zero', { ...REQUESTS.onchain, feeRateSatPerVbyte: 0 }],
  ['a fee rate that is no number', { ...REQUESTS.onchain, feeRateSatPerVbyte: Number.NaN }],
  ['a fee rate beyond reason', { ...REQUESTS['splice-in'], feeRateSatPerVbyte: 10_001 }],
  ['a negative fee', { ...REQUESTS.keysend, maxFeeMsat: -1n }],
  ['an empty key', { ...REQUESTS.keysend, idempotencyKey: '' }],
  ['a key that is too long', { ...REQUESTS.keysend, idempotencyKey: 'k'.repeat(201) }],
  ['an empty budget', { ...REQUESTS.keysend, budget: '' }],
  ['a repeat of nothing', { ...REQUESTS.keysend, repeatOf: 'pay_1' }],
])('refuses %s', (_, request) => {
  expect(() => readSpend(request as SpendRequest)).toThrow(
    expect.objectContaining({ code: 'invalid_request', sent: 'no' }),
  )
})
