import { clampSubMsat, type ErrorCode, LightningError, type Msat, msat, satToMsat } from '@lightning-mcp/core'
import { amountText } from './amount-text.ts'
import type { RuleVerdict } from './wallet.ts'

/** A fee cap that grows with the amount: the larger of a share of it and a floor. */
export interface FeeCap {
  partsPerMillion: number
  floorMsat: Msat
}

/** What one payment may cost. Set by the owner; nothing that an agent can call changes it. */
export interface WalletLimits {
  /** Largest amount of one payment, without fees. Default 10,000 sats. */
  maxPaymentMsat?: Msat
  /** Applied where a call names no fee, and never exceeded where it does. Default: the larger of 1 % and 10 sats. */
  maxFee?: FeeCap
  /** Lets a backend spend that knows no fee limit at all. An overrun is booked in full and alarmed. Default false. */
  allowUncappedFees?: boolean
}

export type EffectiveLimits = Required<WalletLimits>

export const DEFAULT_LIMITS: EffectiveLimits = {
  maxPaymentMsat: satToMsat(10_000n),
  maxFee: { partsPerMillion: 10_000, floorMsat: satToMsat(10n) },
  allowUncappedFees: false,
}

/** Checks what the owner set and fills in the rest. Throws `invalid_request`. */
export function effectiveLimits(limits: WalletLimits | undefined): EffectiveLimits {
  const { maxPaymentMsat, maxFee, allowUncappedFees } = { ...DEFAULT_LIMITS, ...limits }
  if (!Number.isSafeInteger(maxFee.partsPerMillion) || maxFee.partsPerMillion < 0)
    throw new LightningError({
      code: 'invalid_request',
      message: 'the fee limit is no whole number of parts per million',
      hint: 'Use a whole number from 0 up; 10000 is 1 %.',
    })
  return {
    maxPaymentMsat: msat(maxPaymentMsat),
    maxFee: { partsPerMillion: maxFee.partsPerMillion, floorMsat: msat(maxFee.floorMsat) },
    allowUncappedFees,
  }
}

/** The largest fee for the amount: share (rounded down) or floor, whichever is larger. */
export function feeCapFor(amountMsat: Msat, { partsPerMillion, floorMsat }: FeeCap): Msat {
  const share = (amountMsat * BigInt(partsPerMillion)) / 1_000_000n
  return msat(share > floorMsat ? share : floorMsat)
}

/** What the backend says about fees, as far as it bears on a limit. */
export interface FeeFacts {
  feeLimit: 'enforced' | 'reserve-only' | 'none'
  /** Of a `reserve-only` backend, for the amount. */
  worstFeeMsat?: Msat
}

export interface Judgement {
  allowed: boolean
  rules: readonly RuleVerdict[]
  /** What the payment may cost on top. */
  maxFeeMsat: Msat
  /** Of a refusal. */
  code?: ErrorCode
  message?: string
  hint?: string
}

/** Judges one payment by the limits. Pure: the caller reserves in the same transaction. */
export function judge(
  request: { amountMsat: Msat; maxFeeMsat?: Msat | undefined },
  limits: EffectiveLimits,
  fees: FeeFacts,
): Judgement {
  const { amountMsat } = request
  const ceilingMsat = feeCapFor(amountMsat, limits.maxFee)
  const maxFeeMsat = request.maxFeeMsat ?? ceilingMsat
  const amountRule: RuleVerdict = {
    rule: 'max_payment',
    limitMsat: limits.maxPaymentMsat,
    usedMsat: amountMsat,
    remainingMsat: clampSubMsat(limits.maxPaymentMsat, amountMsat),
    allowed: amountMsat <= limits.maxPaymentMsat,
  }
  const feeRule: RuleVerdict = {
    rule: 'max_fee',
    limitMsat: ceilingMsat,
    usedMsat: maxFeeMsat,
    remainingMsat: clampSubMsat(ceilingMsat, maxFeeMsat),
    allowed: maxFeeMsat <= ceilingMsat,
  }
  const rules = [amountRule, feeRule]
  const refused = (code: ErrorCode, message: string, hint: string): Judgement => ({
    allowed: false,
    rules,
    maxFeeMsat,
    code,
    message,
    hint,
  })

  if (!amountRule.allowed)
    return refused(
      'budget_exceeded',
      `${amountText(amountMsat)} is more than one payment may be: the owner's limit is ${amountText(limits.maxPaymentMsat)}`,
      'Pay less, or ask the owner to raise the limit. Splitting the payment is not what the owner meant.',
    )
  if (!feeRule.allowed)
    return refused(
      'budget_exceeded',
      `a fee of up to ${amountText(maxFeeMsat)} is more than the owner allows for ${amountText(amountMsat)}: ${amountText(ceilingMsat)}`,
      `Give a largest fee of at most ${amountText(ceilingMsat)}, or leave it out.`,
    )
  if (fees.feeLimit === 'enforced') return { allowed: true, rules, maxFeeMsat }

  if (fees.feeLimit === 'reserve-only' && fees.worstFeeMsat !== undefined) {
    const allowed = fees.worstFeeMsat <= maxFeeMsat
    rules.push({ rule: 'backend_worst_fee', limitMsat: maxFeeMsat, usedMsat: fees.worstFeeMsat, allowed })
    if (allowed) return { allowed, rules, maxFeeMsat }
    return refused(
      'fee_limit_exceeded',
      `this backend may take up to ${amountText(fees.worstFeeMsat)} in fees, more than the ${amountText(maxFeeMsat)} allowed`,
      'Allow a larger fee if the limits let you, or pay from another wallet.',
    )
  }
  rules.push({ rule: 'uncapped_fees', allowed: limits.allowUncappedFees })
  if (limits.allowUncappedFees) return { allowed: true, rules, maxFeeMsat }
  return refused(
    'unsupported',
    'this backend cannot limit the fee of a payment, so nothing is sent through it',
    'The owner can set allowUncappedFees, or choose a backend that limits fees.',
  )
}
