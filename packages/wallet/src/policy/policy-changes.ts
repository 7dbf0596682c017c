import type { PolicyDocument } from './read-policy.ts'

/** What a change of one rule means for the owner. `maybe`: it depends on what is paid, and when. */
export type Loosening = 'looser' | 'tighter' | 'maybe'

export interface PolicyChange {
  /** `accounts.default.maxPaymentSats`; what an account has from the server or by default counts as its own. */
  path: string
  /** As it is written; absent: no such rule. */
  before?: string
  after?: string
  effect: Loosening
}

type Members = Readonly<Record<string, unknown>>

/** What holds in an account where neither it nor the server says anything; as `DEFAULT_LIMITS`. */
const DEFAULTS: Members = { maxPaymentSats: 10_000, maxPerDaySats: 50_000 }
const DEFAULT_FEE: Members = { maxFeeSats: 10, maxFeePercent: 1 }

/** The less the tighter. */
const CEILINGS = [
  'maxPaymentSats',
  'maxPerHourSats',
  'maxPerDaySats',
  'maxPer30DaysSats',
  'maxLifetimeSats',
  'maxPaymentsPerMinute',
  'maxIntoChannelSats',
  'maxIntoChannelsPerDaySats',
  'approveAboveSats',
] as const
const FEES = ['maxFeeSats', 'maxFeePercent'] as const

/** Compares what two policies let accounts do. Without a first one, with the defaults. */
export function policyChanges(before: PolicyDocument | undefined, after: PolicyDocument): PolicyChange[] {
  const was = before ?? {}
  const names = new Set(['default', ...accountNames(was), ...accountNames(after)])
  const changes: PolicyChange[] = []
  const add = (path: string, a: unknown, b: unknown, effect: Loosening): void => {
    if (text(a) === text(b)) return
    changes.push({
      path,
      ...(a === undefined ? {} : { before: text(a) }),
      ...(b === undefined ? {} : { after: text(b) }),
      effect,
    })
  }
  const compareNodes = (path: string, a: Members, b: Members): void => {
    for (const list of ['allow', 'deny', 'destinations'])
      add(`${path}.${list}`, a[list], b[list], listEffect(list, a[list], b[list]))
    add(
      `${path}.activeHours`,
      a['activeHours'],
      b['activeHours'],
      presence(a['activeHours'], b['activeHours']),
    )
  }

  compareNodes('server', members(was['server']), members(after['server']))
  for (const name of names) {
    const path = `accounts.${name}`
    const [a, b] = [accountOf(was, name), accountOf(after, name)]
    compareNodes(path, a, b)
    const [x, y] = [effective(was, name), effective(after, name)]
    for (const field of [...CEILINGS, ...FEES])
      add(`${path}.${field}`, x[field], y[field], ceiling(x[field], y[field]))
    add(`${path}.expiresAt`, x['expiresAt'], y['expiresAt'], later(x['expiresAt'], y['expiresAt']))
    for (const [field, looserValue] of [
      ['approveNewDestinations', false],
      ['allowUncappedFees', true],
    ] as const)
      add(`${path}.${field}`, x[field], y[field], y[field] === looserValue ? 'looser' : 'tighter')
    const budgets = [members(a['budgets']), members(b['budgets'])] as const
    for (const budget of new Set(budgets.flatMap((of) => Object.keys(of)))) {
      const at = `${path}.budgets.${budget}`
      const [c, d] = [members(budgets[0][budget]), members(budgets[1][budget])]
      const first = changes.length
      compareNodes(at, c, d)
      for (const field of [...CEILINGS, ...FEES])
        add(`${at}.${field}`, c[field], d[field], ceiling(c[field], d[field]))
      add(`${at}.expiresAt`, c['expiresAt'], d['expiresAt'], later(c['expiresAt'], d['expiresAt']))
      add(
        `${at}.approveNewDestinations`,
        c['approveNewDestinations'],
        d['approveNewDestinations'],
        d['approveNewDestinations'] === true ? 'tighter' : 'looser',
      )
      const [was, is] = budgets.map((of) => Object.hasOwn(of, budget))
      // a budget narrows its account: as a whole it tightens by coming and loosens by going
      if (was !== is) for (const change of changes.slice(first)) change.effect = is ? 'tighter' : 'looser'
    }
  }
  const [p, q] = [members(was['approvals']), members(after['approvals'])]
  add('approvals.expiresMinutes', p['expiresMinutes'], q['expiresMinutes'], 'maybe')
  add(
    'approvals.elicitUpToSats',
    p['elicitUpToSats'],
    q['elicitUpToSats'],
    Number(q['elicitUpToSats'] ?? 0) > Number(p['elicitUpToSats'] ?? 0) ? 'looser' : 'tighter',
  )
  add('approvals.webhook', p['webhook'], q['webhook'], q['webhook'] === undefined ? 'tighter' : 'looser')
  return changes
}

/** What an account and the server say together: the smaller ceiling, the earlier end, the stricter flag. */
function effective(document: PolicyDocument, name: string): Members {
  const nodes = [accountOf(document, name), members(document['server'])]
  const smallest = (field: string): number | undefined => {
    const given = nodes.map((node) => node[field]).filter((value) => value !== undefined)
    return given.length === 0 ? (DEFAULTS[field] as number | undefined) : Math.min(...given.map(Number))
  }
  // of the two, one that is not written is zero
  const caps = nodes.filter((node) => FEES.some((field) => node[field] !== undefined))
  const fee = (field: string): unknown =>
    caps.length === 0 ? DEFAULT_FEE[field] : Math.min(...caps.map((node) => Number(node[field] ?? 0)))
  const ends = nodes.map((node) => node['expiresAt']).filter((value) => value !== undefined)
  return {
    ...Object.fromEntries(CEILINGS.map((field) => [field, smallest(field)])),
    ...Object.fromEntries(FEES.map((field) => [field, fee(field)])),
    expiresAt: ends.sort((a, b) => Date.parse(String(a)) - Date.parse(String(b)))[0],
    approveNewDestinations: nodes.some((node) => node['approveNewDestinations'] === true),
    allowUncappedFees:
      nodes.some((node) => node['allowUncappedFees'] === true) &&
      nodes.every((node) => node['allowUncappedFees'] !== false),
  }
}

/** Accounts that are not named have the rules of `default`. */
function accountOf(document: PolicyDocument, name: string): Members {
  const accounts = members(document['accounts'])
  return members(Object.hasOwn(accounts, name) ? accounts[name] : accounts['default'])
}

const accountNames = (document: PolicyDocument): string[] => Object.keys(members(document['accounts']))

const members = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {}

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** A rule that only forbids: without it, more is allowed. */
const presence = (before: unknown, after: unknown): Loosening =>
  before === undefined ? 'tighter' : after === undefined ? 'looser' : 'maybe'

function ceiling(before: unknown, after: unknown): Loosening {
  if (before === undefined || after === undefined) return presence(before, after)
  return Number(after) > Number(before) ? 'looser' : 'tighter'
}

function later(before: unknown, after: unknown): Loosening {
  if (before === undefined || after === undefined) return presence(before, after)
  return Date.parse(String(after)) > Date.parse(String(before)) ? 'looser' : 'tighter'
}

function listEffect(list: string, before: unknown, after: unknown): Loosening {
  if (list === 'destinations') return 'maybe'
  const forbids = list === 'deny'
  if (before === undefined || after === undefined) return presence(before, after)
  const [was, is] = [new Set(before as string[]), new Set(after as string[])]
  const added = [...is].some((entry) => !was.has(entry))
  const removed = [...was].some((entry) => !is.has(entry))
  if (added && removed) return 'maybe'
  return added === forbids ? 'tighter' : 'looser'
}
