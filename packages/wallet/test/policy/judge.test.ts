import { type Msat, msat, satToMsat, ZERO_MSAT } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../../src/ledger/usage.ts'
import { DEFAULT_LIMITS, type FeeFacts } from '../../src/limits.ts'
import { parsePattern, payeeNames } from '../../src/policy/destination-pattern.ts'
import { feeCeiling, judge } from '../../src/policy/judge.ts'
import type { LimitNode, NodeLimits, Spend, SpendFacts } from '../../src/policy/limit-tree.ts'

const NODE = `02${'ab'.repeat(32)}`
const sats = (amount: number): Msat => satToMsat(BigInt(amount))
const noFee = { partsPerMillion: 0, floorMsat: ZERO_MSAT }
const enforced: FeeFacts = { feeLimit: 'enforced' }
const NOW = Date.UTC(2027, 0, 1, 12)
const known: SpendFacts = { nowMs: NOW, isNewDestination: false }
const bob = payeeNames({ kind: 'minted', destination: 'bob@shop.example' })
const node = payeeNames({ kind: 'invoice', destination: 'lnbc1', payee: NODE })

const used = (usage: Partial<Usage>): Usage => ({
  minuteCount: 0,
  hourMsat: ZERO_MSAT,
  dayMsat: ZERO_MSAT,
  thirtyDaysMsat: ZERO_MSAT,
  lifetimeMsat: ZERO_MSAT,
  ...usage,
})

interface Case {
  limits: NodeLimits
  spend?: Partial<Spend>
  usage?: Partial<Usage>
  fees?: FeeFacts
  facts?: Partial<SpendFacts>
}

const judged = ({ limits, spend, usage = {}, fees = enforced, facts }: Case) =>
  judge(
    { amountMsat: sats(100), payee: bob, ...spend },
    [{ scope: 'account:default', limits: { maxFee: noFee, ...limits } }],
    new Map([['account:default', used(usage)]]),
    fees,
    { ...known, ...facts },
  )

describe('one rule', () => {
  test.each<[string, Case, { code?: string; rule?: string }]>([
    ['a payment at its cap', { limits: { maxPaymentMsat: sats(100) } }, {}],
    [
      'a millisatoshi above it',
      { limits: { maxPaymentMsat: msat(99_999n) } },
      { code: 'budget_exceeded', rule: 'max_payment' },
    ],
    [
      'a cap of zero',
      { limits: { maxPaymentMsat: ZERO_MSAT } },
      { code: 'budget_exceeded', rule: 'max_payment' },
    ],
    [
      'a fee at its cap',
      { limits: { maxFee: { partsPerMillion: 0, floorMsat: sats(1) } }, spend: { maxFeeMsat: sats(1) } },
      {},
    ],
    [
      'a fee above it',
      { limits: { maxFee: { partsPerMillion: 0, floorMsat: sats(1) } }, spend: { maxFeeMsat: msat(1_001n) } },
      { code: 'budget_exceeded', rule: 'max_fee' },
    ],
    [
      'a fee by its share',
      { limits: { maxFee: { partsPerMillion: 20_000, floorMsat: sats(1) } }, spend: { maxFeeMsat: sats(2) } },
      {},
    ],
    ['a fee of zero', { limits: {}, spend: { maxFeeMsat: ZERO_MSAT } }, {}],
    ['the last of an hour', { limits: { maxPerHourMsat: sats(300) }, usage: { hourMsat: sats(200) } }, {}],
    [
      'more than an hour has',
      { limits: { maxPerHourMsat: sats(300) }, usage: { hourMsat: msat(200_001n) } },
      { code: 'budget_exceeded', rule: 'max_per_hour' },
    ],
    ['the last of a day', { limits: { maxPerDayMsat: sats(300) }, usage: { dayMsat: sats(200) } }, {}],
    [
      'more than a day has',
      { limits: { maxPerDayMsat: sats(300) }, usage: { dayMsat: msat(200_001n) } },
      { code: 'budget_exceeded', rule: 'max_per_day' },
    ],
    [
      'the last of 30 days',
      { limits: { maxPer30DaysMsat: sats(300) }, usage: { thirtyDaysMsat: sats(200) } },
      {},
    ],
    [
      'more than 30 days have',
      { limits: { maxPer30DaysMsat: sats(300) }, usage: { thirtyDaysMsat: msat(200_001n) } },
      { code: 'budget_exceeded', rule: 'max_per_30_days' },
    ],
    [
      'the last of a lifetime',
      { limits: { maxLifetimeMsat: sats(300) }, usage: { lifetimeMsat: sats(200) } },
      {},
    ],
    [
      'more than a lifetime has',
      { limits: { maxLifetimeMsat: sats(300) }, usage: { lifetimeMsat: msat(200_001n) } },
      { code: 'budget_exceeded', rule: 'max_lifetime' },
    ],
    [
      'the fee counts in a window',
      { limits: { maxPerDayMsat: sats(100), maxFee: { partsPerMillion: 0, floorMsat: msat(1n) } } },
      { code: 'budget_exceeded', rule: 'max_per_day' },
    ],
    ['the last of a minute', { limits: { maxPaymentsPerMinute: 3 }, usage: { minuteCount: 2 } }, {}],
    [
      'one more than a minute has',
      { limits: { maxPaymentsPerMinute: 3 }, usage: { minuteCount: 3 } },
      { code: 'rate_limited', rule: 'max_payments_per_minute' },
    ],
    [
      'none a minute',
      { limits: { maxPaymentsPerMinute: 0 } },
      { code: 'rate_limited', rule: 'max_payments_per_minute' },
    ],
    [
      'capital at its cap',
      { limits: { maxIntoChannelMsat: sats(500) }, spend: { amountMsat: ZERO_MSAT, capitalMsat: sats(500) } },
      {},
    ],
    [
      'capital above its cap',
      {
        limits: { maxIntoChannelMsat: sats(500) },
        spend: { amountMsat: ZERO_MSAT, capitalMsat: msat(500_001n) },
      },
      { code: 'budget_exceeded', rule: 'max_into_channel' },
    ],
    [
      'capital without a limit of its own',
      { limits: {}, spend: { amountMsat: ZERO_MSAT, capitalMsat: sats(1) } },
      { code: 'budget_exceeded', rule: 'max_into_channel' },
    ],
    [
      'capital does not count as spent',
      {
        limits: { maxPaymentMsat: sats(1), maxPerDayMsat: sats(1), maxIntoChannelMsat: sats(500) },
        spend: { amountMsat: ZERO_MSAT, capitalMsat: sats(500) },
      },
      {},
    ],
    [
      'a push with capital counts',
      { limits: { maxPaymentMsat: sats(1) }, spend: { amountMsat: sats(2), capitalMsat: sats(500) } },
      { code: 'budget_exceeded', rule: 'max_payment' },
    ],
    ['an allowed address', { limits: { allow: [parsePattern('*@shop.example')] } }, {}],
    [
      'an address that is not',
      { limits: { allow: [parsePattern('*@other.example')] } },
      { code: 'permission_denied', rule: 'allow' },
    ],
    [
      'a denied address',
      { limits: { deny: [parsePattern('shop.example')] } },
      { code: 'permission_denied', rule: 'deny' },
    ],
    [
      'allowed and denied',
      { limits: { allow: [parsePattern('shop.example')], deny: [parsePattern('bob@shop.example')] } },
      { code: 'permission_denied', rule: 'deny' },
    ],
    ['an allowed node', { limits: { allow: [parsePattern(NODE)] }, spend: { payee: node } }, {}],
    ['an address whose node is not known yet', { limits: { allow: [parsePattern(NODE)] } }, {}],
    [
      'an invoice, where names are allowed',
      { limits: { allow: [parsePattern('*@shop.example')] }, spend: { payee: node } },
      { code: 'permission_denied', rule: 'allow' },
    ],
    ['a moment before the expiry', { limits: { expiresAtMs: NOW + 1 } }, {}],
    ['the expiry', { limits: { expiresAtMs: NOW } }, { code: 'permission_denied', rule: 'expires_at' }],
    ['within hours', { limits: { activeHours: { timeZone: 'UTC', fromMinute: 720, toMinute: 721 } } }, {}],
    [
      'outside of hours',
      { limits: { activeHours: { timeZone: 'UTC', fromMinute: 721, toMinute: 722 } } },
      { code: 'spending_paused', rule: 'active_hours' },
    ],
    ['a worst fee within', { limits: {}, fees: { feeLimit: 'reserve-only', worstFeeMsat: ZERO_MSAT } }, {}],
    [
      'a worst fee above',
      { limits: {}, fees: { feeLimit: 'reserve-only', worstFeeMsat: msat(1n) } },
      { code: 'fee_limit_exceeded', rule: 'backend_worst_fee' },
    ],
    [
      'a worst fee that nobody states',
      { limits: {}, fees: { feeLimit: 'reserve-only' } },
      { code: 'unsupported', rule: 'uncapped_fees' },
    ],
    [
      'fees without a limit',
      { limits: {}, fees: { feeLimit: 'none' } },
      { code: 'unsupported', rule: 'uncapped_fees' },
    ],
    [
      'fees without a limit, as the owner wants',
      { limits: { allowUncappedFees: true }, fees: { feeLimit: 'none' } },
      {},
    ],
    ['an amount that needs no approval', { limits: { approveAboveMsat: sats(100) } }, {}],
    [
      'an amount that needs approval',
      { limits: { approveAboveMsat: msat(99_999n) } },
      { code: 'approval_required', rule: 'approve_above' },
    ],
    [
      'capital that needs approval',
      {
        limits: { approveAboveMsat: sats(99), maxIntoChannelMsat: sats(500) },
        spend: { amountMsat: ZERO_MSAT, capitalMsat: sats(100) },
      },
      { code: 'approval_required', rule: 'approve_above' },
    ],
    ['an approved amount', { limits: { approveAboveMsat: ZERO_MSAT }, facts: { isApproved: true } }, {}],
    ['a known destination', { limits: { approveNewDestinations: true } }, {}],
    [
      'a new destination',
      { limits: { approveNewDestinations: true }, facts: { isNewDestination: true } },
      { code: 'approval_required', rule: 'approve_new_destination' },
    ],
    [
      'an approved new destination',
      { limits: { approveNewDestinations: true }, facts: { isNewDestination: true, isApproved: true } },
      {},
    ],
    [
      'a limit before an approval',
      { limits: { approveAboveMsat: ZERO_MSAT, maxPerDayMsat: sats(1) } },
      { code: 'budget_exceeded', rule: 'max_per_day' },
    ],
    [
      'an approval does not lift a limit',
      { limits: { approveAboveMsat: ZERO_MSAT, maxPerDayMsat: sats(1) }, facts: { isApproved: true } },
      { code: 'budget_exceeded', rule: 'max_per_day' },
    ],
  ])('%s', (_, given, expected) => {
    const { verdict, code, rules, message, hint } = judged(given)
    const wanted =
      expected.code === undefined ? 'allowed' : expected.code === 'approval_required' ? 'approval' : 'refused'
    expect({ verdict, code }).toEqual({ verdict: wanted, code: expected.code })
    expect(rules.filter(({ binding }) => binding).map(({ rule }) => rule)).toEqual(
      expected.rule === undefined ? [] : [expected.rule],
    )
    expect(rules.every(({ allowed }) => allowed)).toBe(expected.code === undefined)
    expect([message, hint].every((text) => typeof text === 'string')).toBe(expected.code !== undefined)
  })

  test('an invoice is refused in words that say why', () => {
    const { message, hint } = judged({
      limits: { allow: [parsePattern('*@shop.example')] },
      spend: { payee: node },
    })
    expect(message).toBe(
      'the owner allows only named addresses and domains, and all that is known of this payee is its node',
    )
    expect(hint).toContain('Lightning address')
  })

  test('a window says what is used, what is left and what would fit', () => {
    const { message, hint, rules } = judged({
      limits: { maxPerDayMsat: sats(150), maxFee: { partsPerMillion: 0, floorMsat: sats(10) } },
      usage: { dayMsat: sats(45) },
    })
    expect(rules.at(-1)).toEqual({
      rule: 'max_per_day',
      scope: 'account:default',
      limitMsat: 150_000n,
      usedMsat: 155_000n,
      remainingMsat: 0n,
      allowed: false,
      binding: true,
    })
    expect(message).toBe(
      "100 sats and a fee of up to 10 sats is more than what is left: the owner's limit is 150 sats in 24 hours, 45 sats of it used",
    )
    expect(hint).toBe(
      'Wait until the 24 hours have moved on, pay at most 105 sats with its fee, or ask the owner. Or give a largest fee of at most 5 sats.',
    )
  })
})

describe('a branch', () => {
  const nodes = (...limits: NodeLimits[]): LimitNode[] =>
    limits.map((each, index) => ({
      scope: ['account:a/budget:b', 'account:a', 'server'][index] ?? '',
      limits: each,
    }))

  test('every node is judged, and the first that refuses is named', () => {
    const branch = nodes(
      { maxPaymentMsat: sats(1_000) },
      { maxPaymentMsat: sats(50) },
      { maxPaymentMsat: sats(60) },
    )
    const { rules, code, scopes } = judge(
      { amountMsat: sats(100), payee: bob },
      branch,
      new Map(),
      enforced,
      known,
    )
    expect(code).toBe('budget_exceeded')
    expect(rules.map(({ scope, allowed, binding }) => [scope, allowed, binding])).toEqual([
      ['account:a/budget:b', true, undefined],
      ['account:a', false, true],
      ['server', false, undefined],
    ])
    expect(scopes).toEqual(['account:a/budget:b', 'account:a', 'server'])
  })

  test('a budget is named in its refusal', () => {
    const { message } = judge(
      { amountMsat: sats(100), payee: bob },
      nodes({ maxPaymentMsat: sats(10) }),
      new Map(),
      enforced,
      known,
    )
    expect(message).toContain('the owner\'s limit for budget "b" is 10 sats')
  })

  test('the smallest fee cap of all nodes holds', () => {
    const branch = nodes(
      { maxFee: { partsPerMillion: 50_000, floorMsat: sats(1) } },
      { maxFee: { partsPerMillion: 0, floorMsat: sats(3) } },
      { maxFee: { partsPerMillion: 10_000, floorMsat: sats(20) } },
    )
    expect(feeCeiling(branch, sats(1_000))).toBe(3_000n)
    expect(feeCeiling(branch, sats(20))).toBe(1_000n)
    expect(feeCeiling([], sats(1_000))).toBe(10_000n)
  })

  test('a node that forbids uncapped fees wins over one that allows them', () => {
    const verdict = (...said: (boolean | undefined)[]) =>
      judge(
        { amountMsat: sats(1), payee: bob },
        nodes(
          ...said.map((allowUncappedFees) => (allowUncappedFees === undefined ? {} : { allowUncappedFees })),
        ),
        new Map(),
        { feeLimit: 'none' },
        known,
      ).verdict
    expect(verdict(true, undefined)).toBe('allowed')
    expect(verdict(true, false)).toBe('refused')
    expect(verdict(undefined, undefined)).toBe('refused')
  })

  test('a further node never allows more', () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000n }).map(msat)
    const limits: fc.Arbitrary<NodeLimits> = fc.record(
      {
        maxPaymentMsat: amount,
        maxPerHourMsat: amount,
        maxPerDayMsat: amount,
        maxLifetimeMsat: amount,
        maxPaymentsPerMinute: fc.nat(5),
        maxFee: fc.record({ partsPerMillion: fc.nat(100_000), floorMsat: amount }),
        approveAboveMsat: amount,
        approveNewDestinations: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    const usage = fc.record({
      minuteCount: fc.nat(5),
      hourMsat: amount,
      dayMsat: amount,
      thirtyDaysMsat: amount,
      lifetimeMsat: amount,
    })
    const rank = { allowed: 2, approval: 1, refused: 0 }
    fc.assert(
      fc.property(
        fc.array(fc.tuple(limits, usage), { minLength: 1, maxLength: 3 }),
        fc.tuple(limits, usage),
        amount,
        fc.option(amount, { nil: undefined }),
        fc.boolean(),
        (branch, extra, amountMsat, maxFeeMsat, isNewDestination) => {
          const ask = (parts: typeof branch) => {
            const tree = parts.map(([limits], index) => ({ scope: `${index}`, limits }))
            const usages = new Map(parts.map(([, usage], index) => [`${index}`, usage]))
            const facts = { nowMs: NOW, isNewDestination }
            return judge({ amountMsat, maxFeeMsat, payee: bob }, tree, usages, enforced, facts)
          }
          // a caller's fee fixed, so that a narrower default fee does not make room elsewhere
          const fixed = maxFeeMsat ?? ask([...branch, extra]).maxFeeMsat
          const verdict = (parts: typeof branch) => {
            const tree = parts.map(([limits], index) => ({ scope: `${index}`, limits }))
            const usages = new Map(parts.map(([, usage], index) => [`${index}`, usage]))
            return judge({ amountMsat, maxFeeMsat: fixed, payee: bob }, tree, usages, enforced, {
              nowMs: NOW,
              isNewDestination,
            }).verdict
          }
          expect(rank[verdict([...branch, extra])]).toBeLessThanOrEqual(rank[verdict(branch)])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('what is allowed never passes a window', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(msat)
    fc.assert(
      fc.property(amount, amount, amount, (limit, before, amountMsat) => {
        const { verdict, maxFeeMsat } = judged({
          limits: { maxPerDayMsat: limit, maxFee: DEFAULT_LIMITS.maxFee },
          usage: { dayMsat: before },
          spend: { amountMsat },
        })
        expect(verdict === 'allowed').toBe(before + amountMsat + maxFeeMsat <= limit)
      }),
    )
  })
})
