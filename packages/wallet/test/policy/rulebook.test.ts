import { LightningError, msat } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS, type WalletLimits } from '../../src/limits.ts'
import { payeeNames } from '../../src/policy/destination-pattern.ts'
import type { NodeLimits } from '../../src/policy/limit-tree.ts'
import { checkPolicy } from '../../src/policy/policy-schema.ts'
import { createRulebook, type Rulebook } from '../../src/policy/rulebook.ts'

const NODE = `02${'ab'.repeat(32)}`
const bob = payeeNames({ kind: 'minted', destination: 'bob@shop.example' })
const search = payeeNames({ kind: 'minted', destination: 'a@search.example' })

function book(policy: object | undefined, settings: WalletLimits = {}): Rulebook {
  if (policy === undefined) return createRulebook({ settings })
  const checked = checkPolicy({ version: 1, ...policy })
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems))
  return createRulebook({ policy: checked.policy, settings })
}

const scopes = (rulebook: Rulebook, ...given: Parameters<Rulebook['nodesFor']>) =>
  rulebook.nodesFor(...given).map(({ scope }) => scope)

const limitsOf = (rulebook: Rulebook, name: keyof NodeLimits, account = 'default') =>
  rulebook
    .nodesFor(account, { payee: bob })
    .flatMap(({ scope, limits }) => (limits[name] === undefined ? [] : [[scope, limits[name]]]))

const budgets = {
  search: { destinations: ['*@search.example'], maxPerDaySats: 100 },
  books: { maxPerDaySats: 200 },
  nodes: { destinations: [NODE] },
}

describe('money into channels', () => {
  const maxIntoChannelMsat = msat(5_000n)

  test('may go there as the start of the program says where there is no policy', () => {
    expect(limitsOf(book(undefined, { maxIntoChannelMsat }), 'maxIntoChannelMsat')).toEqual([
      ['server', 5_000n],
    ])
  })

  test('may not where a policy does not say so, whatever was set at the start', () => {
    const rulebook = book({ accounts: { default: {} } }, { maxIntoChannelMsat })
    expect(limitsOf(rulebook, 'maxIntoChannelMsat')).toEqual([])
  })

  test.each([{ server: { maxIntoChannelSats: 9 } }, { accounts: { default: { maxIntoChannelSats: 9 } } }])(
    'is lowered by the start of the program beside %j',
    (policy) => {
      const limits = limitsOf(book(policy, { maxIntoChannelMsat }), 'maxIntoChannelMsat')
      expect(limits.map(([, limit]) => limit)).toEqual([9_000n, 5_000n])
    },
  )
})

describe('defaults', () => {
  test('hold for the whole server where there is no policy', () => {
    expect(book(undefined).nodesFor('default', { payee: bob })).toEqual([
      { scope: 'account:default', limits: {} },
      { scope: 'server', limits: DEFAULT_LIMITS },
    ])
  })

  test('give way to what was set at the start, one by one', () => {
    const rulebook = book(undefined, { maxPaymentMsat: msat(5n) })
    expect(limitsOf(rulebook, 'maxPaymentMsat')).toEqual([['server', 5n]])
    expect(limitsOf(rulebook, 'maxPerDayMsat')).toEqual([['server', 50_000_000n]])
  })

  test('hold for each account of a policy that says nothing', () => {
    const rulebook = book({ accounts: { default: { maxPerHourSats: 5 } } })
    expect(limitsOf(rulebook, 'maxPaymentMsat')).toEqual([['account:default', 10_000_000n]])
    expect(limitsOf(rulebook, 'maxPerDayMsat')).toEqual([['account:default', 50_000_000n]])
    expect(limitsOf(rulebook, 'maxFee')).toEqual([['account:default', DEFAULT_LIMITS.maxFee]])
  })

  test('give way to an account and to the server', () => {
    const rulebook = book({
      server: { maxPerDaySats: 90_000 },
      accounts: { default: { maxPaymentSats: 20_000 } },
    })
    expect(limitsOf(rulebook, 'maxPaymentMsat')).toEqual([['account:default', 20_000_000n]])
    expect(limitsOf(rulebook, 'maxPerDayMsat')).toEqual([['server', 90_000_000n]])
  })

  test('do not give way to a budget, which can only narrow', () => {
    const rulebook = book({
      accounts: {
        default: { budgets: { shop: { destinations: ['shop.example'], maxPaymentSats: 90_000 } } },
      },
    })
    expect(limitsOf(rulebook, 'maxPaymentMsat')).toEqual([
      ['account:default/budget:shop', 90_000_000n],
      ['account:default', 10_000_000n],
    ])
  })
})

describe('accounts', () => {
  const rulebook = book({ accounts: { default: { maxPaymentSats: 1 }, agent: { maxPaymentSats: 2 } } })
  test('have their own rules', () => {
    expect(limitsOf(rulebook, 'maxPaymentMsat', 'agent')).toEqual([['account:agent', 2_000n]])
  })

  test('that are not named have those of default, and count for themselves', () => {
    expect(limitsOf(rulebook, 'maxPaymentMsat', 'other')).toEqual([['account:other', 1_000n]])
  })
})

describe('budgets', () => {
  const rulebook = book({ accounts: { default: { budgets } } })

  test('with destinations apply by themselves', () => {
    expect(scopes(rulebook, 'default', { payee: search })).toEqual([
      'account:default/budget:search',
      'account:default',
      'server',
    ])
    expect(scopes(rulebook, 'default', { payee: bob })).toEqual(['account:default', 'server'])
  })

  test('a tag in an address does not lead out of one', () => {
    const narrow = book({
      accounts: { default: { budgets: { one: { destinations: ['a@search.example'] } } } },
    })
    const tagged = payeeNames({ kind: 'minted', destination: 'a+x@search.example' })
    expect(scopes(narrow, 'default', { payee: tagged })).toContain('account:default/budget:one')
  })

  test('without destinations apply where they are named', () => {
    expect(scopes(rulebook, 'default', { payee: bob, budget: 'books' })).toEqual([
      'account:default/budget:books',
      'account:default',
      'server',
    ])
  })

  test('a named one stands beside one that applies by itself', () => {
    expect(scopes(rulebook, 'default', { payee: search, budget: 'books' })).toEqual([
      'account:default/budget:search',
      'account:default/budget:books',
      'account:default',
      'server',
    ])
  })

  test.each([
    ['of no such name', 'serch', 'there is no budget of that name', 'Did you mean search?'],
    [
      'with the name of an object’s own',
      'constructor',
      'there is no budget',
      'There are: search, books, nodes.',
    ],
    ['for other destinations', 'search', 'budget "search" is for other destinations', '*@search.example'],
  ])('one %s is refused', (_, budget, message, hint) => {
    const ask = () => rulebook.nodesFor('default', { payee: bob, budget })
    expect(ask).toThrow(message)
    try {
      ask()
    } catch (error) {
      expect(LightningError.is(error) && error.code).toBe('invalid_request')
      expect(LightningError.is(error) && error.hint).toContain(hint)
    }
  })

  test('one for a node waits for the invoice of an address', () => {
    expect(scopes(rulebook, 'default', { payee: bob, budget: 'nodes' })).toContain(
      'account:default/budget:nodes',
    )
    const known = payeeNames({
      kind: 'minted',
      destination: 'bob@shop.example',
      payee: `03${'cd'.repeat(32)}`,
    })
    expect(() => rulebook.nodesFor('default', { payee: known, budget: 'nodes' })).toThrow(
      'other destinations',
    )
  })

  test('all are shown', () => {
    expect(rulebook.allNodes('default').map(({ scope }) => scope)).toEqual([
      'account:default/budget:search',
      'account:default/budget:books',
      'account:default/budget:nodes',
      'account:default',
      'server',
    ])
  })
})
