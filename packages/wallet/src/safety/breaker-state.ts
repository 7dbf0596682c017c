/** When a breaker opens and for how long. */
export interface BreakerRule {
  /** So many failures … */
  failures: number
  /** … within this time open it. */
  withinMs: number
  firstPauseMs: number
  /** Each failed trial doubles the pause, up to this. */
  longestPauseMs: number
}

/** What is kept of one breaker while it counts or is open. None is kept of one that is closed and counts nothing. */
export interface Breaker {
  scope: string
  /** When the latest failures came, at most as many as open it. */
  failuresMs: readonly number[]
  /** How often in a row it opened; 0: closed. */
  level: number
  openedAtMs: number
  openUntilMs: number
  /** The payment that is let through to try, once the pause is over, and until when it is waited for. */
  trialId?: string
  trialUntilMs: number
  updatedAtMs: number
}

/** For how long a trial keeps the others out; one that hangs longer makes place for another. */
export const TRIAL_MS = 120_000

export type Passage =
  | { pass: 'freely' }
  /** One payment, which has to be noted as the trial. */
  | { pass: 'as-trial' }
  | { pass: 'no'; untilMs: number }

/** Whether a payment may pass. Pure. */
export function passage(breaker: Breaker | undefined, nowMs: number): Passage {
  if (breaker === undefined || breaker.level === 0) return { pass: 'freely' }
  const { openedAtMs, openUntilMs, trialId, trialUntilMs } = breaker
  // A clock that was put back would keep it open for as long as it jumped: then one trial tells.
  if (nowMs >= openedAtMs && nowMs < openUntilMs) return { pass: 'no', untilMs: openUntilMs }
  const onTrial = trialId !== undefined && nowMs < trialUntilMs && trialUntilMs - nowMs <= TRIAL_MS
  return onTrial ? { pass: 'no', untilMs: trialUntilMs } : { pass: 'as-trial' }
}

/** The breaker after one more failure. Pure. */
export function afterFailure(
  { scope, failuresMs = [], level = 0, ...known }: Partial<Breaker> & { scope: string },
  paymentId: string,
  rule: BreakerRule,
  nowMs: number,
): Breaker {
  const latest = [...failuresMs.filter((atMs) => atMs > nowMs - rule.withinMs), nowMs].slice(-rule.failures)
  const counted: Breaker = {
    openedAtMs: 0,
    openUntilMs: 0,
    trialUntilMs: 0,
    ...known,
    scope,
    failuresMs: latest,
    level,
    updatedAtMs: nowMs,
  }
  // while it is open only its own trial tells anything new
  const opens = level === 0 ? latest.length >= rule.failures : known.trialId === paymentId
  if (!opens) return counted
  const { trialId: _, ...rest } = counted
  const pauseMs = Math.min(rule.longestPauseMs, rule.firstPauseMs * 2 ** Math.min(level, 20))
  return { ...rest, level: level + 1, openedAtMs: nowMs, openUntilMs: nowMs + pauseMs, trialUntilMs: 0 }
}
