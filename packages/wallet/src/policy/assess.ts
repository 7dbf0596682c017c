import { addMsat, ZERO_MSAT } from '@lightning-mcp/core'
import { DAY_MS, type Usage } from '../ledger/usage.ts'
import type { FeeFacts } from '../limits.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { type Judgement, judge } from './judge.ts'
import type { LimitNode, NodeLimits, Spend } from './limit-tree.ts'
import type { Rulebook } from './rulebook.ts'

/** A payment and what it is judged by. */
export interface Assessment {
  account: string
  spend: Spend
  /** The kind of spending, by which the payee of an earlier payment is told. */
  kind: string
  destination: string
  fees: FeeFacts
  nowMs: number
  /** The owner has approved exactly this payment. */
  isApproved?: boolean
}

const COUNTED: readonly (keyof NodeLimits)[] = [
  'maxPerHourMsat',
  'maxPerDayMsat',
  'maxPer30DaysMsat',
  'maxLifetimeMsat',
  'maxPaymentsPerMinute',
  'maxIntoChannelsPerDayMsat',
]

/**
 * Judges a payment by the rules and by what was spent so far. Reads only: what is allowed has to be
 * reserved in the same transaction, with the scopes of the judgement.
 */
export async function assess(
  store: StoreReader,
  rulebook: Rulebook,
  { account, spend, kind, destination, fees, nowMs, isApproved = false }: Assessment,
): Promise<Judgement> {
  const nodes = rulebook.nodesFor(account, spend)
  const usages = await readUsages(store, nodes, nowMs, (spend.capitalMsat ?? 0n) > 0n)
  const asks = !isApproved && nodes.some(({ limits }) => limits.approveNewDestinations)
  const { nodeId } = spend.payee
  const to = kind === 'invoice' && nodeId !== undefined ? { payee: nodeId } : { destination }
  const isNewDestination = asks && !(await store.hasSettledTo(account, to))
  return judge(spend, nodes, usages, fees, { nowMs, isNewDestination, isApproved })
}

/** Usage of every scope at which something is counted. `withCapital`: what went into channels, too. */
export async function readUsages(
  store: StoreReader,
  nodes: readonly LimitNode[],
  nowMs: number,
  withCapital: boolean,
): Promise<Map<string, Usage>> {
  const counted = nodes.filter(({ limits }) => COUNTED.some((name) => limits[name] !== undefined))
  const usages = new Map<string, Usage>()
  for (const scope of new Set(counted.map((node) => node.scope)))
    usages.set(scope, await store.usage(scope, nowMs))
  if (!withCapital || nodes.every(({ limits }) => limits.maxIntoChannelsPerDayMsat === undefined))
    return usages
  const moved = await store.capitalSince(nowMs - DAY_MS)
  for (const [scope, usage] of usages) {
    const capitalDayMsat = addMsat(
      ZERO_MSAT,
      ...moved.filter(({ limitScopes }) => limitScopes.includes(scope)).map(({ capitalMsat }) => capitalMsat),
    )
    usages.set(scope, { ...usage, capitalDayMsat })
  }
  return usages
}
