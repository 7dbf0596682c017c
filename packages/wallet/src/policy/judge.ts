import { clampSubMsat, type ErrorCode, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import type { Usage } from '../ledger/usage.ts'
import { DEFAULT_LIMITS, type FeeFacts, feeCapFor } from '../limits.ts'
import type { RuleVerdict } from '../wallet.ts'
import { APPROVAL_RULES } from './approval-rules.ts'
import type { LimitNode, Spend, SpendFacts } from './limit-tree.ts'
import { LIMIT_RULES } from './rules.ts'
import type { Question, Ruling } from './ruling.ts'

/** What a payment's limits say, and why. */
export interface Judgement {
  verdict: 'allowed' | 'refused' | 'approval'
  /** Every rule that was looked at, with its margins; `binding` on the one that decided. */
  rules: readonly RuleVerdict[]
  /** What the payment may cost on top. */
  maxFeeMsat: Msat
  /** What it counts against, where it is made. */
  scopes: readonly string[]
  /** Of a refusal, and `approval_required`. */
  code?: ErrorCode
  message?: string
  hint?: string
}

const NOTHING_USED: Usage = {
  minuteCount: 0,
  hourMsat: ZERO_MSAT,
  dayMsat: ZERO_MSAT,
  thirtyDaysMsat: ZERO_MSAT,
  lifetimeMsat: ZERO_MSAT,
}

const smaller = (a: Msat, b: Msat): Msat => (a < b ? a : b)

/** The largest fee that all nodes allow. */
export function feeCeiling(nodes: readonly LimitNode[], baseMsat: Msat): Msat {
  const caps = nodes.flatMap(({ limits: { maxFee } }) =>
    maxFee === undefined ? [] : [feeCapFor(baseMsat, maxFee)],
  )
  return caps.length === 0 ? feeCapFor(baseMsat, DEFAULT_LIMITS.maxFee) : caps.reduce(smaller)
}

/**
 * Judges one payment at every node of its branch. Pure: usage is read, and what is allowed is
 * reserved, by the caller in one transaction.
 */
export function judge(
  spend: Spend,
  nodes: readonly LimitNode[],
  usages: ReadonlyMap<string, Usage>,
  fees: FeeFacts,
  facts: SpendFacts,
): Judgement {
  const { amountMsat, capitalMsat = ZERO_MSAT, payee } = spend
  const movedMsat = (amountMsat + capitalMsat) as Msat
  const { feeBaseMsat = movedMsat } = spend
  const maxFeeMsat = spend.maxFeeMsat ?? feeCeiling(nodes, feeBaseMsat)
  const question = (node: LimitNode): Question => ({
    node,
    usage: usages.get(node.scope) ?? NOTHING_USED,
    amountMsat,
    capitalMsat,
    movedMsat,
    feeBaseMsat,
    maxFeeMsat,
    payee,
    facts,
  })
  const rulings = [
    ...LIMIT_RULES.flatMap((rule) => nodes.map((node) => rule(question(node)))),
    capitalWithoutLimit(capitalMsat, nodes),
    backendFee(fees, maxFeeMsat, nodes),
  ].filter((ruling) => ruling !== undefined)
  const approvals = APPROVAL_RULES.flatMap((rule) => nodes.map((node) => rule(question(node)))).filter(
    (ruling) => ruling !== undefined,
  )
  const all = [...rulings, ...approvals]
  const deciding = all.find(({ because }) => because !== undefined)
  const rules = all.map((ruling) => {
    const { because: _, ...verdict } = ruling
    return ruling === deciding ? { ...verdict, binding: true } : verdict
  })
  const judgement = { rules, maxFeeMsat, scopes: [...new Set(nodes.map(({ scope }) => scope))] }
  if (deciding?.because === undefined) return { ...judgement, verdict: 'allowed' }
  return {
    ...judgement,
    verdict: deciding.because.code === 'approval_required' ? 'approval' : 'refused',
    ...deciding.because,
  }
}

/** What goes into channels is not spent, so no other limit would stop it: without one of its own none goes. */
function capitalWithoutLimit(capitalMsat: Msat, nodes: readonly LimitNode[]): Ruling | undefined {
  if (capitalMsat === 0n || nodes.some(({ limits }) => limits.maxIntoChannelMsat !== undefined))
    return undefined
  return {
    rule: 'max_into_channel',
    limitMsat: ZERO_MSAT,
    usedMsat: capitalMsat,
    remainingMsat: ZERO_MSAT,
    allowed: false,
    because: {
      code: 'budget_exceeded',
      message: 'the owner has set no limit for money that is moved into channels, so none is moved',
      hint: 'Tell the owner, who decides it: "maxIntoChannelSats" (the most own money for one channel) in the policy file, with a higher version, and then: lightning-mcp owner policy set FILE. A server without a policy takes --max-into-channel-sats.',
    },
  }
}

/** Whether the backend keeps to the largest fee, or how far it may go. */
function backendFee(fees: FeeFacts, maxFeeMsat: Msat, nodes: readonly LimitNode[]): Ruling | undefined {
  if (fees.feeLimit === 'enforced') return undefined
  if (fees.feeLimit === 'reserve-only' && fees.worstFeeMsat !== undefined) {
    const allowed = fees.worstFeeMsat <= maxFeeMsat
    return {
      rule: 'backend_worst_fee',
      limitMsat: maxFeeMsat,
      usedMsat: fees.worstFeeMsat,
      remainingMsat: clampSubMsat(maxFeeMsat, fees.worstFeeMsat),
      allowed,
      because: allowed
        ? undefined
        : {
            code: 'fee_limit_exceeded',
            message: `this backend may take up to ${amountText(fees.worstFeeMsat)} in fees, more than the ${amountText(maxFeeMsat)} allowed`,
            hint: 'Allow a larger fee if the limits let you, or pay from another wallet.',
          },
    }
  }
  const said = nodes.map(({ limits }) => limits.allowUncappedFees)
  const allowed = said.includes(true) && !said.includes(false)
  return {
    rule: 'uncapped_fees',
    allowed,
    because: allowed
      ? undefined
      : {
          code: 'unsupported',
          message: 'this backend cannot limit the fee of a payment, so nothing is sent through it',
          hint: 'The owner can set allowUncappedFees, or choose a backend that limits fees.',
        },
  }
}
