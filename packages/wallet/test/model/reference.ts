/**
 * What a wallet's limits and books should say, kept in the plainest way: a list of payments, and sums
 * over all of it. Knows nothing of the wallet's own ledger.
 */

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** In msat; absent: no such limit. */
export interface ReferenceLimits {
  maxPaymentMsat?: bigint
  perMinute?: number
  perHourMsat?: bigint
  perDayMsat?: bigint
  lifetimeMsat?: bigint
}

/** By scope: `server`, `account:<name>`, `account:<name>/budget:<name>`. */
export type ReferenceTree = Readonly<Record<string, ReferenceLimits>>

/** One payment that was let through. */
export interface Charge {
  scopes: readonly string[]
  atMs: number
  amountMsat: bigint
  maxFeeMsat: bigint
  /** What it holds or has cost as of now; nothing after it failed. */
  heldMsat: bigint
}

interface Window {
  limit: 'perHourMsat' | 'perDayMsat' | 'lifetimeMsat'
  windowMs: number
  /** A real window may be longer than it says by so much, never shorter. */
  slackMs: number
}

const WINDOWS: readonly Window[] = [
  { limit: 'perHourMsat', windowMs: HOUR_MS, slackMs: MINUTE_MS },
  { limit: 'perDayMsat', windowMs: DAY_MS, slackMs: 15 * MINUTE_MS },
  { limit: 'lifetimeMsat', windowMs: Number.POSITIVE_INFINITY, slackMs: 0 },
]
const MINUTE_SLACK_MS = 5_000

/** Charges that count in a window which ends now. What lies in the future, after a clock was put back, counts too. */
const within = (charges: readonly Charge[], scope: string, nowMs: number, windowMs: number): Charge[] =>
  charges.filter((charge) => charge.scopes.includes(scope) && charge.atMs > nowMs - windowMs)

const total = (charges: readonly Charge[], of: (charge: Charge) => bigint): bigint =>
  charges.reduce((sum, charge) => sum + of(charge), 0n)

/** Each limit that these charges, of which the newest was let through now, are above. Must be none. */
export function breaches(tree: ReferenceTree, charges: readonly Charge[], newest: Charge): string[] {
  const nowMs = newest.atMs
  return newest.scopes.flatMap((scope) => {
    const limits = tree[scope] ?? {}
    const { maxPaymentMsat, perMinute } = limits
    const lately = within(charges, scope, nowMs, MINUTE_MS).length
    return [
      maxPaymentMsat !== undefined && newest.amountMsat > maxPaymentMsat ? [`${scope}: a payment`] : [],
      perMinute !== undefined && lately > perMinute ? [`${scope}: ${lately} a minute`] : [],
      WINDOWS.filter(({ limit, windowMs }) => {
        const most = limits[limit]
        if (most === undefined) return false
        return total(within(charges, scope, nowMs, windowMs), ({ heldMsat }) => heldMsat) > most
      }).map(({ limit }) => `${scope}: ${limit}`),
    ].flat()
  })
}

/** What has been used of a scope's windows at least, and at most. */
export function usageBounds(
  charges: readonly Charge[],
  scope: string,
  nowMs: number,
): Readonly<Record<'hour' | 'day' | 'lifetime' | 'minute', readonly [least: bigint, most: bigint]>> {
  const held = (windowMs: number) =>
    total(within(charges, scope, nowMs, windowMs), ({ heldMsat }) => heldMsat)
  const count = (windowMs: number) => BigInt(within(charges, scope, nowMs, windowMs).length)
  return {
    hour: [held(HOUR_MS), held(HOUR_MS + MINUTE_MS)],
    day: [held(DAY_MS), held(DAY_MS + 15 * MINUTE_MS)],
    lifetime: [held(Number.POSITIVE_INFINITY), held(Number.POSITIVE_INFINITY)],
    minute: [count(MINUTE_MS), count(MINUTE_MS + MINUTE_SLACK_MS)],
  }
}

/** Whether one more payment may be refused: some limit is passed if every window is as long as it may be. */
export function mayRefuse(
  tree: ReferenceTree,
  charges: readonly Charge[],
  asked: Pick<Charge, 'scopes' | 'amountMsat' | 'maxFeeMsat'>,
  /** Most that each may have held at the moment in question. */
  mostOf: (charge: Charge) => bigint,
  nowMs: number,
): boolean {
  return asked.scopes.some((scope) => {
    const limits = tree[scope] ?? {}
    const { maxPaymentMsat, perMinute } = limits
    const lately = within(charges, scope, nowMs, MINUTE_MS + MINUTE_SLACK_MS).length
    return (
      (maxPaymentMsat !== undefined && asked.amountMsat > maxPaymentMsat) ||
      (perMinute !== undefined && lately + 1 > perMinute) ||
      WINDOWS.some(({ limit, windowMs, slackMs }) => {
        const most = limits[limit]
        const used = total(within(charges, scope, nowMs, windowMs + slackMs), mostOf)
        return most !== undefined && used + asked.amountMsat + asked.maxFeeMsat > most
      })
    )
  })
}
