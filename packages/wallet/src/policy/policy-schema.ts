import { nearest, ZERO_MSAT } from '@lightning-mcp/core'
import * as z from 'zod'
import type { NodeLimits } from './limit-tree.ts'
import type { AccountPolicy, ApprovalRules, BudgetPolicy, Policy, PolicyProblem } from './policy.ts'
import * as field from './policy-fields.ts'

const limitShape = {
  maxPaymentSats: field.sats.optional(),
  maxPerHourSats: field.sats.optional(),
  maxPerDaySats: field.sats.optional(),
  maxPer30DaysSats: field.sats.optional(),
  maxLifetimeSats: field.sats.optional(),
  maxPaymentsPerMinute: field.count.optional(),
  maxFeeSats: field.sats.optional(),
  maxFeePercent: field.percent.optional(),
  maxIntoChannelSats: field.sats.optional(),
  maxIntoChannelsPerDaySats: field.sats.optional(),
  allow: field.patterns('leave it out to allow every destination').optional(),
  deny: field.patterns('leave it out to deny none').optional(),
  approveAboveSats: field.sats.optional(),
  approveNewDestinations: field.flag.optional(),
  activeHours: field.activeHours.optional(),
  expiresAt: field.moment.optional(),
  allowUncappedFees: field.flag.optional(),
}

const limitsObject = z.strictObject(limitShape)
type WrittenLimits = z.output<typeof limitsObject>

const anObject = (what: string) => ({
  error: ({ input }: { input?: unknown }) => `must be an object ${what}, not ${field.shown(input)}`,
})

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const name = (what: string) =>
  z.string().regex(NAME, {
    error: `is no name for ${what}: use 1 to 64 of A-Z, a-z, 0-9, . _ and -, beginning with a letter or digit`,
  })

const budget = z.strictObject(
  { ...limitShape, destinations: field.patterns('leave it out for a budget that calls name').optional() },
  anObject('of limits'),
)
const account = z.strictObject(
  { ...limitShape, budgets: z.record(name('a budget'), budget, anObject('of budgets')).optional() },
  anObject('of limits'),
)
const approvals = z.strictObject(
  {
    expiresMinutes: field.minutes.optional(),
    webhook: field.webhook.optional(),
    elicitUpToSats: field.sats.optional(),
  },
  anObject('with expiresMinutes, webhook or elicitUpToSats'),
)

/** The policy file. Everything but the version is optional; unknown keys are refused. */
const policySchema = z.strictObject(
  {
    version: field.version,
    server: z.strictObject(limitShape, anObject('of limits')).optional(),
    accounts: z.record(name('an account'), account, anObject('of accounts')).optional(),
    approvals: approvals.optional(),
  },
  anObject('with version, server, accounts and approvals'),
)

/** Checks a policy. Answers the policy or everything that is wrong with it. */
export function checkPolicy(value: unknown): { policy: Policy } | { problems: readonly PolicyProblem[] } {
  const parsed = policySchema.safeParse(value)
  if (parsed.success) return { policy: toPolicy(parsed.data) }
  const problems = parsed.error.issues.flatMap(problemsOf)
  const unique = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]))
  return { problems: [...unique.values()] }
}

function toPolicy({ version, server = {}, accounts = {}, approvals = {} }: z.output<typeof policySchema>) {
  const { elicitUpToSats, expiresMinutes, webhook } = approvals
  const rules: ApprovalRules = {
    ...(expiresMinutes === undefined ? {} : { expiresMinutes }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(elicitUpToSats === undefined ? {} : { elicitUpToMsat: elicitUpToSats }),
  }
  return {
    version,
    server: toLimits(server),
    accounts: new Map(
      Object.entries(accounts).map(([name, { budgets = {}, ...limits }]): [string, AccountPolicy] => [
        name,
        {
          limits: toLimits(limits),
          budgets: new Map(
            Object.entries(budgets).map(([name, { destinations, ...limits }]): [string, BudgetPolicy] => [
              name,
              { limits: toLimits(limits), ...(destinations === undefined ? {} : { destinations }) },
            ]),
          ),
        },
      ]),
    ),
    approvals: rules,
  } satisfies Policy
}

/** Of share and floor, one that is not written is zero: the other alone is the cap. */
function toLimits(written: WrittenLimits): NodeLimits {
  const { maxFeeSats, maxFeePercent } = written
  const limits: { [Name in keyof NodeLimits]: NodeLimits[Name] | undefined } = {
    maxPaymentMsat: written.maxPaymentSats,
    maxPerHourMsat: written.maxPerHourSats,
    maxPerDayMsat: written.maxPerDaySats,
    maxPer30DaysMsat: written.maxPer30DaysSats,
    maxLifetimeMsat: written.maxLifetimeSats,
    maxPaymentsPerMinute: written.maxPaymentsPerMinute,
    maxFee:
      maxFeeSats === undefined && maxFeePercent === undefined
        ? undefined
        : { partsPerMillion: maxFeePercent ?? 0, floorMsat: maxFeeSats ?? ZERO_MSAT },
    maxIntoChannelMsat: written.maxIntoChannelSats,
    maxIntoChannelsPerDayMsat: written.maxIntoChannelsPerDaySats,
    allow: written.allow,
    deny: written.deny,
    approveAboveMsat: written.approveAboveSats,
    approveNewDestinations: written.approveNewDestinations,
    activeHours: written.activeHours,
    expiresAtMs: written.expiresAt,
    allowUncappedFees: written.allowUncappedFees,
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

type Issue = z.core.$ZodIssue

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 64)}`))
    .join('')
    .replace(/^\./, '')

function problemsOf(issue: Issue): PolicyProblem[] {
  const path = pathText(issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: pathText([...issue.path, key]),
        message: unknownKey(key, issue.path),
      }))
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, message }))
    default:
      return [{ path, message: issue.message }]
  }
}

const LIMIT_KEYS = Object.keys(limitShape)

/** The keys that may stand where an unknown one was found. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const [first, , third] = path
  if (path.at(-1) === 'activeHours') return ['timeZone', 'days', 'from', 'to']
  if (path.length === 0) return Object.keys(policySchema.shape)
  if (first === 'approvals') return path.length === 1 ? Object.keys(approvals.shape) : ['url', 'key']
  if (first === 'accounts') return [...LIMIT_KEYS, third === 'budgets' ? 'destinations' : 'budgets']
  return LIMIT_KEYS
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt(path)
  const meant = nearest(key, known)
  return meant === undefined
    ? `is no known key; there are ${known.join(', ')}`
    : `is no known key: did you mean ${meant}?`
}
