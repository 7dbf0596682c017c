import { LightningError, nearest } from '@lightning-mcp/core'
import { DEFAULT_LIMITS, type WalletLimits } from '../limits.ts'
import { type DestinationPattern, matches, type PayeeNames } from './destination-pattern.ts'
import {
  accountScope,
  budgetScope,
  type LimitNode,
  type NodeLimits,
  SERVER_SCOPE,
  type Spend,
} from './limit-tree.ts'
import type { AccountPolicy, ApprovalRules, BudgetPolicy, Policy } from './policy.ts'

/** The rules in force: the owner's policy, and what was set at the start of the program. */
export interface Rulebook {
  /** Of the signed policy; absent: there is none. */
  version?: number
  approvals: ApprovalRules
  /**
   * Every node at which a payment is judged and charged, leaf to root. A scope may come twice: what a
   * policy and what the start of the program say about the server hold both. Throws `invalid_request`
   * for a budget that there is not.
   */
  nodesFor(account: string, spend: Pick<Spend, 'budget' | 'payee'>): readonly LimitNode[]
  /** All nodes of the account, with every budget, for showing them. */
  allNodes(account: string): readonly LimitNode[]
}

export interface RulebookOptions {
  policy?: Policy | undefined
  /** From flags, environment and configuration file. They lower a policy and never raise it. */
  settings?: WalletLimits | undefined
}

const NO_ACCOUNT: AccountPolicy = { limits: {}, budgets: new Map() }

/** Makes the limit tree of a policy and of what was set beside it; defaults where neither says anything. */
export function createRulebook({ policy, settings = {} }: RulebookOptions): Rulebook {
  const ownerRoot = policy === undefined ? [] : [{ scope: SERVER_SCOPE, limits: policy.server }]
  const startRoot = policy === undefined ? unsigned(settings) : lowering(settings)
  const accountOf = (account: string): AccountPolicy =>
    policy?.accounts.get(account) ?? policy?.accounts.get('default') ?? NO_ACCOUNT

  const accountNode = (account: string): LimitNode => {
    const { limits } = accountOf(account)
    const scope = accountScope(account)
    if (policy === undefined) return { scope, limits }
    return { scope, limits: { ...defaultsBeside(limits, policy.server), ...limits } }
  }
  const budgetNode = (account: string, [name, { limits }]: [string, BudgetPolicy]): LimitNode => ({
    scope: budgetScope(account, name),
    limits,
  })

  return {
    ...(policy === undefined ? {} : { version: policy.version }),
    approvals: policy?.approvals ?? {},
    nodesFor(account, { budget: named, payee }) {
      const { budgets } = accountOf(account)
      if (named !== undefined) assertBudget(named, budgets, payee)
      const concerned = [...budgets].filter(
        ([name, { destinations }]) =>
          name === named || (destinations !== undefined && fits(destinations, payee)),
      )
      const owners = [
        ...concerned.map((budget) => budgetNode(account, budget)),
        accountNode(account),
        ...ownerRoot,
      ]
      return [...owners, ...(policy === undefined ? startRoot : startRoot.map(besides(owners)))]
    },
    allNodes(account) {
      const { budgets } = accountOf(account)
      return [
        ...[...budgets].map((budget) => budgetNode(account, budget)),
        accountNode(account),
        ...ownerRoot,
        ...startRoot,
      ]
    },
  }
}

/** Without a policy what was set at the start holds, for the whole server, and defaults for the rest. */
const unsigned = (settings: WalletLimits): LimitNode[] => [
  { scope: SERVER_SCOPE, limits: { ...DEFAULT_LIMITS, ...settings } },
]

function lowering({ allowUncappedFees, ...settings }: WalletLimits): LimitNode[] {
  const limits: NodeLimits = { ...settings, ...(allowUncappedFees === false ? { allowUncappedFees } : {}) }
  return Object.keys(limits).length > 0 ? [{ scope: SERVER_SCOPE, limits }] : []
}

/** Nothing goes into channels where no limit says how much: what was set at the start cannot allow it in a policy's stead. */
const besides =
  (owners: readonly LimitNode[]) =>
  (node: LimitNode): LimitNode => {
    if (owners.some(({ limits }) => limits.maxIntoChannelMsat !== undefined)) return node
    const { maxIntoChannelMsat: _, ...limits } = node.limits
    return { ...node, limits }
  }

/** The safe defaults for what neither an account nor the whole server has a limit of. */
function defaultsBeside(account: NodeLimits, server: NodeLimits): NodeLimits {
  const missing = Object.entries(DEFAULT_LIMITS).filter(
    ([name]) =>
      account[name as keyof NodeLimits] === undefined && server[name as keyof NodeLimits] === undefined,
  )
  return Object.fromEntries(missing)
}

/** A tag in an address is no way out of a budget. */
const fits = (destinations: readonly DestinationPattern[], payee: PayeeNames): boolean =>
  destinations.some((pattern) => matches(pattern, payee, { tags: true }))

function assertBudget(named: string, budgets: ReadonlyMap<string, BudgetPolicy>, payee: PayeeNames): void {
  const budget = budgets.get(named)
  if (budget === undefined) {
    const names = [...budgets.keys()]
    const meant = nearest(named, names)
    throw new LightningError({
      code: 'invalid_request',
      message: 'there is no budget of that name for this account',
      hint:
        names.length === 0
          ? 'Leave the budget out: the owner has set none.'
          : meant === undefined
            ? `There are: ${names.join(', ')}. Or leave the budget out.`
            : `Did you mean ${meant}? Or leave the budget out.`,
    })
  }
  const { destinations } = budget
  if (destinations === undefined || fits(destinations, payee)) return
  if (payee.nodeIdToCome && destinations.some(({ kind }) => kind === 'node')) return
  throw new LightningError({
    code: 'invalid_request',
    message: `budget "${named}" is for other destinations than this`,
    hint: `It is for ${destinations
      .slice(0, 5)
      .map(({ text }) => text)
      .join(', ')}. Leave the budget out, or name another.`,
  })
}
