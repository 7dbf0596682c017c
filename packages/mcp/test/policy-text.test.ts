import { msat } from '@lightning-mcp/core'
import type { Budget } from '@lightning-mcp/wallet'
import { expect, test } from 'vitest'
import { policyText } from '../src/resources/policy.ts'

const server = { scope: 'server', allowed: true }
const account = { scope: 'account:default', allowed: true }
const budget: Budget = {
  maxPaymentMsat: msat(5_000_000n),
  defaultFee: { partsPerMillion: 10_000, floorMsat: msat(10_000n) },
  reservedMsat: msat(0n),
  spentMsat: msat(0n),
  rules: [
    {
      rule: 'max_per_day',
      scope: 'account:default/budget:search',
      allowed: true,
      limitMsat: msat(100_000n),
      usedMsat: msat(500n),
      remainingMsat: msat(99_500n),
    },
    { rule: 'active_hours', ...account, detail: '08:00–20:00 Europe/Berlin' },
    { rule: 'allow', ...account, detail: '*@shop.example' },
    { rule: 'max_payment', ...account, limitMsat: msat(5_000_000n), remainingMsat: msat(5_000_000n) },
    { rule: 'max_fee', ...account, detail: 'the larger of 1 % of the amount and 10 sats' },
    { rule: 'max_payments_per_minute', ...account, limitCount: 10, usedCount: 3, remainingCount: 7 },
    { rule: 'approve_above', ...account, detail: 'a payment of more than 2000 sats waits for the owner' },
    {
      rule: 'max_lifetime',
      ...server,
      limitMsat: msat(9_000_000n),
      usedMsat: msat(0n),
      remainingMsat: msat(9_000_000n),
    },
  ],
}

test('the policy is told in words with the numbers that hold now', () => {
  expect(policyText(budget).split('\n').slice(0, 9)).toEqual([
    'Budget search: At most 100 sats may be spent in any 24 hours, fees included; 99 sats are left.',
    'Spending is allowed 08:00–20:00 Europe/Berlin.',
    'Only these may be paid: *@shop.example.',
    'One payment may be at most 5000 sats.',
    'The fee of a payment may be at most the larger of 1 % of the amount and 10 sats.',
    'At most 10 payments may begin in a minute, 7 more now.',
    'Approval: a payment of more than 2000 sats waits for the owner.',
    'At most 9000 sats may be spent in all, fees included; 9000 sats are left.',
    'Of several limits the narrowest holds.',
  ])
})

test('a pause comes first', () => {
  const paused = { reason: 'the owner paused spending', hint: 'Ask the owner.' }
  expect(policyText({ ...budget, paused })).toMatch(
    /^Nothing may be spent now: the owner paused spending\.\n/,
  )
})
