import { clampSubMsat, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { feeCapFor } from '../limits.ts'
import { activeHoursText, isActive } from './active-hours.ts'
import { allowedBy, deniedBy } from './destination-pattern.ts'
import { limitOf } from './limit-tree.ts'
import { amountRuling, type Rule, yesOrNo } from './ruling.ts'

/** Clocks of several machines differ by less. */
const CLOCK_TOLERANCE_MS = 60_000

/** What is charged at an earlier time than it is leaves its window too soon, so nothing is. */
const clock: Rule = (question) => {
  const { usage, facts } = question
  const { newestMs = 0 } = usage
  if (newestMs <= facts.nowMs + CLOCK_TOLERANCE_MS) return undefined
  const newest = new Date(newestMs).toISOString()
  return yesOrNo('clock', question, {
    code: 'spending_paused',
    message: `the clock says ${new Date(facts.nowMs).toISOString()}, and a payment of ${newest} is on record: it was put back`,
    hint: `The owner has to set the clock. Once it is past ${newest}, spending goes on.`,
  })
}

const expiry: Rule = (question) => {
  const { expiresAtMs } = question.node.limits
  if (expiresAtMs === undefined) return undefined
  return yesOrNo(
    'expires_at',
    question,
    question.facts.nowMs < expiresAtMs
      ? undefined
      : {
          code: 'permission_denied',
          message: `${limitOf(question.node.scope)} allowed spending until ${new Date(expiresAtMs).toISOString()}, which is over`,
          hint: 'Ask the owner to renew it.',
        },
  )
}

const activeHours: Rule = (question) => {
  const { activeHours: hours } = question.node.limits
  if (hours === undefined) return undefined
  return yesOrNo(
    'active_hours',
    question,
    isActive(hours, question.facts.nowMs)
      ? undefined
      : {
          code: 'spending_paused',
          message: `${limitOf(question.node.scope)} allows no spending at this time`,
          hint: `Spending is allowed ${activeHoursText(hours)}. Try again then.`,
        },
  )
}

const deny: Rule = (question) => {
  const { deny: patterns } = question.node.limits
  if (patterns === undefined) return undefined
  const found = deniedBy(patterns, question.payee)
  return yesOrNo(
    'deny',
    question,
    found && {
      code: 'permission_denied',
      message: `the owner denies payments to ${found.text}`,
      hint: 'Do not pay it another way. Ask the owner.',
    },
  )
}

const allow: Rule = (question) => {
  const { allow: patterns } = question.node.limits
  if (patterns === undefined) return undefined
  if (allowedBy(patterns, question.payee) !== 'no') return yesOrNo('allow', question, undefined)
  const { nodeId, address, host, bitcoinAddress } = question.payee
  const onlyNode = nodeId !== undefined && address === undefined && host === undefined
  const named = bitcoinAddress === undefined && !patterns.some(({ kind }) => kind === 'node')
  return yesOrNo('allow', question, {
    code: 'permission_denied',
    message:
      onlyNode && named
        ? 'the owner allows only named addresses and domains, and all that is known of this payee is its node'
        : 'this destination is not on the owner’s list of allowed ones',
    hint:
      onlyNode && named
        ? 'Pay the recipient’s Lightning address instead, if it is on the list; or ask the owner.'
        : 'Pay a destination that is allowed, or ask the owner.',
  })
}

const maxPayment: Rule = (question) => {
  const { node, amountMsat } = question
  const { maxPaymentMsat } = node.limits
  if (maxPaymentMsat === undefined) return undefined
  return amountRuling('max_payment', question, maxPaymentMsat, amountMsat, () => ({
    code: 'budget_exceeded',
    message: `${amountText(amountMsat)} is more than one payment may be: ${limitOf(node.scope)} is ${amountText(maxPaymentMsat)}`,
    hint: 'Pay less, or ask the owner to raise the limit. Splitting the payment is not what the owner meant.',
  }))
}

const maxFee: Rule = (question) => {
  const { node, maxFeeMsat, feeBaseMsat } = question
  if (node.limits.maxFee === undefined) return undefined
  const ceilingMsat = feeCapFor(feeBaseMsat, node.limits.maxFee)
  return amountRuling('max_fee', question, ceilingMsat, maxFeeMsat, () => ({
    code: 'budget_exceeded',
    message: `a fee of up to ${amountText(maxFeeMsat)} is more than the owner allows for ${amountText(feeBaseMsat)}: ${amountText(ceilingMsat)}`,
    hint: `Give a largest fee of at most ${amountText(ceilingMsat)}, or leave it out.`,
  }))
}

const maxIntoChannel: Rule = (question) => {
  const { node, capitalMsat } = question
  const { maxIntoChannelMsat } = node.limits
  if (maxIntoChannelMsat === undefined || capitalMsat === 0n) return undefined
  return amountRuling('max_into_channel', question, maxIntoChannelMsat, capitalMsat, () => ({
    code: 'budget_exceeded',
    message: `${amountText(capitalMsat)} is more than may go into one channel: ${limitOf(node.scope)} is ${amountText(maxIntoChannelMsat)}`,
    hint: 'Use a smaller channel, or ask the owner to raise the limit.',
  }))
}

/** A peer can keep a channel from closing for weeks: what many of them may hold together is limited, too. */
const maxIntoChannelsPerDay: Rule = (question) => {
  const { node, capitalMsat, usage } = question
  const { maxIntoChannelsPerDayMsat: limitMsat } = node.limits
  if (limitMsat === undefined || capitalMsat === 0n) return undefined
  const before = usage.capitalDayMsat ?? ZERO_MSAT
  return amountRuling(
    'max_into_channels_per_day',
    question,
    limitMsat,
    (before + capitalMsat) as Msat,
    () => ({
      code: 'budget_exceeded',
      message: `${amountText(capitalMsat)} is more than may still go into channels: ${limitOf(node.scope)} is ${amountText(limitMsat)} in 24 hours, ${amountText(before)} of it used`,
      hint: `Wait until the 24 hours have moved on, move at most ${amountText(clampSubMsat(limitMsat, before))}, or ask the owner.`,
    }),
  )
}

const perMinute: Rule = ({ node: { scope, limits }, usage }) => {
  const { maxPaymentsPerMinute: limitCount } = limits
  if (limitCount === undefined) return undefined
  const usedCount = usage.minuteCount + 1
  const allowed = usedCount <= limitCount
  return {
    rule: 'max_payments_per_minute',
    scope,
    limitCount,
    usedCount,
    remainingCount: Math.max(0, limitCount - usedCount),
    allowed,
    because: allowed
      ? undefined
      : {
          code: 'rate_limited',
          message: `${limitOf(scope)} is ${limitCount} ${limitCount === 1 ? 'payment' : 'payments'} a minute`,
          hint: 'Wait a minute before the next payment.',
        },
  }
}

interface Window {
  rule: string
  limit: 'maxPerHourMsat' | 'maxPerDayMsat' | 'maxPer30DaysMsat' | 'maxLifetimeMsat'
  used: 'hourMsat' | 'dayMsat' | 'thirtyDaysMsat' | 'lifetimeMsat'
  words: string
  hint: string
}

/** How each window is called, from the shortest to the longest. */
export const WINDOWS: readonly Window[] = [
  {
    rule: 'max_per_hour',
    limit: 'maxPerHourMsat',
    used: 'hourMsat',
    words: ' an hour',
    hint: 'Wait until the hour has moved on',
  },
  {
    rule: 'max_per_day',
    limit: 'maxPerDayMsat',
    used: 'dayMsat',
    words: ' in 24 hours',
    hint: 'Wait until the 24 hours have moved on',
  },
  {
    rule: 'max_per_30_days',
    limit: 'maxPer30DaysMsat',
    used: 'thirtyDaysMsat',
    words: ' in 30 days',
    hint: 'Wait until the 30 days have moved on',
  },
  {
    rule: 'max_lifetime',
    limit: 'maxLifetimeMsat',
    used: 'lifetimeMsat',
    words: ' in all',
    hint: 'It does not come back by waiting',
  },
]

const inWindow =
  ({ rule, limit, used, words, hint }: Window): Rule =>
  (question) => {
    const { node, usage, amountMsat, maxFeeMsat } = question
    const limitMsat = node.limits[limit]
    if (limitMsat === undefined) return undefined
    const before = usage[used]
    return amountRuling(rule, question, limitMsat, (before + amountMsat + maxFeeMsat) as Msat, () => {
      const left = clampSubMsat(limitMsat, before)
      const what =
        maxFeeMsat === 0n
          ? amountText(amountMsat)
          : `${amountText(amountMsat)} and a fee of up to ${amountText(maxFeeMsat)}`
      const smallerFee =
        amountMsat < left
          ? ` Or give a largest fee of at most ${amountText(clampSubMsat(left, amountMsat))}.`
          : ''
      return {
        code: 'budget_exceeded',
        message: `${what} is more than what is left: ${limitOf(node.scope)} is ${amountText(limitMsat)}${words}, ${amountText(before)} of it used`,
        hint: `${hint}, pay at most ${amountText(left)} with its fee, or ask the owner.${smallerFee}`,
      }
    })
  }

/** In this order: the first that says no is the reason that is given. */
export const LIMIT_RULES: readonly Rule[] = [
  clock,
  expiry,
  activeHours,
  deny,
  allow,
  maxPayment,
  maxFee,
  maxIntoChannel,
  maxIntoChannelsPerDay,
  perMinute,
  ...WINDOWS.map(inWindow),
]
