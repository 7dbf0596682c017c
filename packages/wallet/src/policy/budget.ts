import { clampSubMsat, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import type { Usage } from '../ledger/usage.ts'
import { DEFAULT_LIMITS, type FeeCap } from '../limits.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { Budget, RuleVerdict } from '../wallet.ts'
import { activeHoursText, isActive } from './active-hours.ts'
import { readUsages } from './assess.ts'
import type { DestinationPattern } from './destination-pattern.ts'
import type { LimitNode } from './limit-tree.ts'
import type { Rulebook } from './rulebook.ts'
import { WINDOWS } from './rules.ts'

/** Every rule of an account with what is left of it. What it costs does not grow with the ledger. */
export async function readBudget(
  store: StoreReader,
  rulebook: Rulebook,
  { account, nowMs }: { account: string; nowMs: number },
): Promise<Pick<Budget, 'maxPaymentMsat' | 'defaultFee' | 'rules'>> {
  const nodes = rulebook.allNodes(account)
  const usages = await readUsages(store, nodes, nowMs, true)
  // a budget binds what it is for, not everything
  const common = nodes.filter(({ scope }) => !scope.includes('/'))
  const rules = nodes.flatMap((node) => rulesOf(node, usages.get(node.scope), nowMs))
  const tightest = rules
    .filter(({ scope, remainingMsat }) => remainingMsat !== undefined && !scope?.includes('/'))
    .reduce<RuleVerdict | undefined>(
      (least, rule) =>
        least?.remainingMsat === undefined || (rule.remainingMsat ?? 0n) < least.remainingMsat ? rule : least,
      undefined,
    )
  return {
    maxPaymentMsat: least(common.map(({ limits }) => limits.maxPaymentMsat)) ?? DEFAULT_LIMITS.maxPaymentMsat,
    defaultFee: commonFee(common),
    rules: rules.map((rule) => (rule === tightest ? { ...rule, binding: true } : rule)),
  }
}

const least = <T extends bigint | number>(values: readonly (T | undefined)[]): T | undefined =>
  values.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined)

/** One cap for all: where several hold, the true one is never below it. */
function commonFee(nodes: readonly LimitNode[]): FeeCap {
  const caps = nodes.flatMap(({ limits: { maxFee } }) => (maxFee === undefined ? [] : [maxFee]))
  const { maxFee } = DEFAULT_LIMITS
  return {
    partsPerMillion: least(caps.map(({ partsPerMillion }) => partsPerMillion)) ?? maxFee.partsPerMillion,
    floorMsat: least(caps.map(({ floorMsat }) => floorMsat)) ?? maxFee.floorMsat,
  }
}

const MAX_SHOWN = 20

const listText = (patterns: readonly DestinationPattern[]): string => {
  const more = patterns.length - MAX_SHOWN
  const shown = patterns.slice(0, MAX_SHOWN).map(({ text }) => text)
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

/** `0.5 %`, from parts per million. */
const percentText = (partsPerMillion: number): string => {
  const [whole, decimals = ''] = [Math.floor(partsPerMillion / 10_000), `${partsPerMillion % 10_000}`]
  const fraction = decimals.padStart(4, '0').replace(/0+$/, '')
  return `${whole}${fraction === '' ? '' : `.${fraction}`} %`
}

function rulesOf({ scope, limits }: LimitNode, usage: Usage | undefined, nowMs: number): RuleVerdict[] {
  const upTo = (rule: string, limitMsat: Msat | undefined): RuleVerdict[] =>
    limitMsat === undefined
      ? []
      : [{ rule, scope, limitMsat, remainingMsat: limitMsat, allowed: limitMsat > 0n }]
  const told = (rule: string, detail: string | undefined, allowed = true): RuleVerdict[] =>
    detail === undefined ? [] : [{ rule, scope, detail, allowed }]
  const { maxFee, activeHours, expiresAtMs, allow, deny, approveAboveMsat, maxPaymentsPerMinute } = limits
  const { maxIntoChannelsPerDayMsat: perDayMsat } = limits
  const usedCount = usage?.minuteCount ?? 0
  return [
    ...told(
      'expires_at',
      expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString(),
      expiresAtMs === undefined || nowMs < expiresAtMs,
    ),
    ...told(
      'active_hours',
      activeHours && activeHoursText(activeHours),
      activeHours === undefined || isActive(activeHours, nowMs),
    ),
    ...told('deny', deny && listText(deny)),
    ...told('allow', allow && listText(allow)),
    ...upTo('max_payment', limits.maxPaymentMsat),
    ...told(
      'max_fee',
      maxFee &&
        `the larger of ${percentText(maxFee.partsPerMillion)} of the amount and ${amountText(maxFee.floorMsat)}`,
    ),
    ...told(
      'max_into_channel',
      limits.maxIntoChannelMsat === undefined
        ? undefined
        : `${amountText(limits.maxIntoChannelMsat)} into one channel, which is not spent`,
    ),
    ...told(
      'max_into_channels_per_day',
      perDayMsat &&
        `${amountText(perDayMsat)} into channels in 24 hours, ${amountText(clampSubMsat(perDayMsat, usage?.capitalDayMsat ?? ZERO_MSAT))} of it left`,
    ),
    ...(maxPaymentsPerMinute === undefined
      ? []
      : [
          {
            rule: 'max_payments_per_minute',
            scope,
            limitCount: maxPaymentsPerMinute,
            usedCount,
            remainingCount: Math.max(0, maxPaymentsPerMinute - usedCount),
            allowed: usedCount < maxPaymentsPerMinute,
          },
        ]),
    ...WINDOWS.flatMap(({ rule, limit, used }): RuleVerdict[] => {
      const limitMsat = limits[limit]
      if (limitMsat === undefined || usage === undefined) return []
      const usedMsat = usage[used]
      const remainingMsat = clampSubMsat(limitMsat, usedMsat)
      return [{ rule, scope, limitMsat, usedMsat, remainingMsat, allowed: remainingMsat > 0n }]
    }),
    ...told(
      'approve_above',
      approveAboveMsat === undefined
        ? undefined
        : `a payment of more than ${amountText(approveAboveMsat)} waits for the owner`,
    ),
    ...told(
      'approve_new_destination',
      limits.approveNewDestinations ? 'the first payment to a destination waits for the owner' : undefined,
    ),
  ]
}
