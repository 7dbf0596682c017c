import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { type PolicyChange, policyChanges } from '../../src/policy/policy-changes.ts'
import type { PolicyDocument } from '../../src/policy/read-policy.ts'

const shown = (changes: readonly PolicyChange[]): string[] =>
  changes.map(({ path, before = '-', after = '-', effect }) => `${path}: ${before} → ${after} ${effect}`)

const day = (of: object): PolicyDocument => ({ version: 1, accounts: { default: of } })

describe('a changed policy', () => {
  test('that says what held before changes nothing', () => {
    expect(policyChanges(undefined, { version: 1 })).toEqual([])
    const defaults = {
      maxPaymentSats: Number(DEFAULT_LIMITS.maxPaymentMsat / 1000n),
      maxPerDaySats: Number(DEFAULT_LIMITS.maxPerDayMsat / 1000n),
      maxFeeSats: Number(DEFAULT_LIMITS.maxFee.floorMsat / 1000n),
      maxFeePercent: DEFAULT_LIMITS.maxFee.partsPerMillion / 10_000,
    }
    expect(policyChanges(undefined, { version: 1, server: defaults })).toEqual([])
    expect(policyChanges(undefined, day(defaults))).toEqual([])
    expect(policyChanges(day(defaults), { version: 2 })).toEqual([])
  })

  test.each<[string, PolicyDocument | undefined, PolicyDocument, string[]]>([
    [
      'the first policy is held against the defaults',
      undefined,
      day({ maxPaymentSats: 20_000, maxPerDaySats: 1_000 }),
      [
        'accounts.default.maxPaymentSats: 10000 → 20000 looser',
        'accounts.default.maxPerDaySats: 50000 → 1000 tighter',
      ],
    ],
    [
      'a wider account below the same server changes nothing',
      { version: 1, server: { maxPaymentSats: 5 } },
      { version: 2, server: { maxPaymentSats: 5 }, accounts: { default: { maxPaymentSats: 9 } } },
      [],
    ],
    [
      'a limit that is gone lets the default in',
      day({ maxPaymentSats: 5, maxPerHourSats: 6 }),
      day({}),
      ['accounts.default.maxPaymentSats: 5 → 10000 looser', 'accounts.default.maxPerHourSats: 6 → - looser'],
    ],
    [
      'an account that gets rules of its own',
      day({ maxPaymentSats: 5 }),
      { version: 2, accounts: { default: { maxPaymentSats: 5 }, shop: { maxPaymentSats: 7 } } },
      ['accounts.shop.maxPaymentSats: 5 → 7 looser'],
    ],
    [
      'a new budget only narrows',
      undefined,
      day({
        budgets: { search: { maxPerDaySats: 5, destinations: ['*@a.example'], allow: ['*@a.example'] } },
      }),
      [
        'accounts.default.budgets.search.allow: - → ["*@a.example"] tighter',
        'accounts.default.budgets.search.destinations: - → ["*@a.example"] tighter',
        'accounts.default.budgets.search.maxPerDaySats: - → 5 tighter',
      ],
    ],
    [
      'a budget that is gone',
      day({ budgets: { search: { maxPerDaySats: 5, destinations: ['*@a.example'] } } }),
      day({}),
      [
        'accounts.default.budgets.search.destinations: ["*@a.example"] → - looser',
        'accounts.default.budgets.search.maxPerDaySats: 5 → - looser',
      ],
    ],
    [
      'fees',
      undefined,
      day({ maxFeeSats: 50 }),
      ['accounts.default.maxFeeSats: 10 → 50 looser', 'accounts.default.maxFeePercent: 1 → 0 tighter'],
    ],
    [
      'what waits for the owner',
      day({ approveAboveSats: 5, approveNewDestinations: true }),
      day({ approveAboveSats: 6 }),
      [
        'accounts.default.approveAboveSats: 5 → 6 looser',
        'accounts.default.approveNewDestinations: true → false looser',
      ],
    ],
    [
      'the end',
      day({ expiresAt: '2026-01-01T00:00:00Z' }),
      day({ expiresAt: '2027-01-01T00:00:00Z' }),
      ['accounts.default.expiresAt: 2026-01-01T00:00:00Z → 2027-01-01T00:00:00Z looser'],
    ],
    [
      'lists',
      day({ allow: ['a'], deny: ['x', 'y'] }),
      day({ allow: ['a', 'b'], deny: ['x'] }),
      ['accounts.default.allow: ["a"] → ["a","b"] looser', 'accounts.default.deny: ["x","y"] → ["x"] looser'],
    ],
    [
      'lists that are gone or new',
      day({ allow: ['a'] }),
      day({ deny: ['x'] }),
      ['accounts.default.allow: ["a"] → - looser', 'accounts.default.deny: - → ["x"] tighter'],
    ],
    [
      'one name for another',
      day({ allow: ['a'] }),
      day({ allow: ['b'] }),
      ['accounts.default.allow: ["a"] → ["b"] maybe'],
    ],
    [
      'budgets',
      day({ budgets: { api: { maxPerDaySats: 5 }, old: { maxPaymentSats: 1 } } }),
      day({ budgets: { api: { maxPerDaySats: 4 } } }),
      [
        'accounts.default.budgets.api.maxPerDaySats: 5 → 4 tighter',
        'accounts.default.budgets.old.maxPaymentSats: 1 → - looser',
      ],
    ],
    [
      'uncapped fees and hours',
      { version: 1, server: { activeHours: { from: '08:00', to: '09:00' } } },
      { version: 2, server: { allowUncappedFees: true } },
      [
        'server.activeHours: {"from":"08:00","to":"09:00"} → - looser',
        'accounts.default.allowUncappedFees: false → true looser',
      ],
    ],
    [
      'who may approve',
      { version: 1, approvals: { elicitUpToSats: 5 } },
      { version: 2, approvals: { elicitUpToSats: 1, webhook: { url: 'https://a', key: 'k' } } },
      [
        'approvals.elicitUpToSats: 5 → 1 tighter',
        'approvals.webhook: - → {"url":"https://a","key":"k"} looser',
      ],
    ],
  ])('tells what it means: %s', (_, before, after, expected) => {
    expect(shown(policyChanges(before, after))).toEqual(expected)
  })
})
