import { amountText } from '../amount-text.ts'
import { type DestinationPattern, isForeign } from './destination-pattern.ts'
import type { NodeLimits } from './limit-tree.ts'
import type { Policy } from './policy.ts'

interface Place {
  path: string
  limits: NodeLimits
  parents: readonly { path: string; limits: NodeLimits }[]
  destinations?: readonly DestinationPattern[]
}

const AMOUNTS = {
  maxPaymentMsat: 'maxPaymentSats',
  maxPerHourMsat: 'maxPerHourSats',
  maxPerDayMsat: 'maxPerDaySats',
  maxPer30DaysMsat: 'maxPer30DaysSats',
  maxLifetimeMsat: 'maxLifetimeSats',
  maxIntoChannelMsat: 'maxIntoChannelSats',
  maxIntoChannelsPerDayMsat: 'maxIntoChannelsPerDaySats',
} as const satisfies Partial<Record<keyof NodeLimits, string>>

/** What a policy may say and its owner probably does not mean, one sentence each. */
export function policyWarnings(policy: Policy, nowMs: number): readonly string[] {
  return places(policy).flatMap((place) => [
    ...widerThanParent(place),
    ...expired(place, nowMs),
    ...foreign(place),
    ...denied(place),
  ])
}

function places({ server, accounts }: Policy): Place[] {
  const root = { path: 'server', limits: server }
  const found: Place[] = [{ ...root, parents: [] }]
  for (const [name, account] of accounts) {
    const own = { path: `accounts.${name}`, limits: account.limits }
    found.push({ ...own, parents: [root] })
    for (const [budget, { limits, destinations }] of account.budgets)
      found.push({
        path: `${own.path}.budgets.${budget}`,
        limits,
        parents: [own, root],
        ...(destinations === undefined ? {} : { destinations }),
      })
  }
  return found
}

const widerThanParent = ({ path, limits, parents }: Place): string[] =>
  Object.entries(AMOUNTS).flatMap(([name, written]) =>
    parents.flatMap((parent) => {
      const own = limits[name as keyof typeof AMOUNTS]
      const above = parent.limits[name as keyof typeof AMOUNTS]
      return own === undefined || above === undefined || own <= above
        ? []
        : [
            `${path}.${written} is ${amountText(own)}, but ${parent.path} allows ${amountText(above)}: the smaller one holds.`,
          ]
    }),
  )

const expired = ({ path, limits }: Place, nowMs: number): string[] =>
  limits.expiresAtMs === undefined || limits.expiresAtMs > nowMs
    ? []
    : [`${path}.expiresAt has passed: nothing can be spent there.`]

const foreign = ({ path, limits, destinations }: Place): string[] =>
  Object.entries({ allow: limits.allow, deny: limits.deny, destinations }).flatMap(([list, patterns]) =>
    (patterns ?? []).filter(isForeign).map((pattern) => {
      const host = 'host' in pattern ? pattern.host : pattern.text
      return `${path}.${list}: "${pattern.text}" is ${host}, and no other domain that looks like it.`
    }),
  )

const denied = ({ path, limits, parents }: Place): string[] =>
  (limits.allow ?? []).flatMap((pattern) =>
    [{ path, limits }, ...parents]
      .filter((node) => node.limits.deny?.some(({ text }) => text === pattern.text))
      .map((node) => `${path}.allow: "${pattern.text}" is denied by ${node.path}.deny, which wins.`),
  )
