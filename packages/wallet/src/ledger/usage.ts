import type { Msat } from '@lightning-mcp/core'

/** What counts against a limit scope now. Windows are rolling and never too small. */
export interface Usage {
  minuteCount: number
  hourMsat: Msat
  dayMsat: Msat
  thirtyDaysMsat: Msat
  lifetimeMsat: Msat
  /** Own money that went into channels in the last 24 hours; where it was asked for. */
  capitalDayMsat?: Msat
  /** When the newest of it was charged, to a few seconds; later than now where the clock was put back. */
  newestMs?: number
}

export type UsageWindow = 'minute' | 'hour' | 'day' | '30-days' | 'lifetime'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/**
 * How long each window is and in how fine steps it is kept. A window takes in the whole of its oldest
 * step, so it may be longer than it says by one step, never shorter.
 */
export const USAGE_WINDOWS: Readonly<
  Record<Exclude<UsageWindow, 'lifetime'>, { windowMs: number; bucketMs: number }>
> = {
  minute: { windowMs: MINUTE_MS, bucketMs: 5_000 },
  hour: { windowMs: HOUR_MS, bucketMs: MINUTE_MS },
  day: { windowMs: DAY_MS, bucketMs: 15 * MINUTE_MS },
  '30-days': { windowMs: 30 * DAY_MS, bucketMs: 6 * HOUR_MS },
}

/** The step that holds the moment. */
export const bucketOf = (window: UsageWindow, atMs: number): number =>
  window === 'lifetime' ? 0 : Math.floor(atMs / USAGE_WINDOWS[window].bucketMs)

/** The moment at which a step begins. */
export const startOf = (window: Exclude<UsageWindow, 'lifetime'>, bucket: number): number =>
  bucket * USAGE_WINDOWS[window].bucketMs

/** The oldest step that still counts. What lies in the future, after a clock was put back, counts too. */
export const oldestBucket = (window: UsageWindow, nowMs: number): number =>
  window === 'lifetime' ? 0 : bucketOf(window, nowMs - USAGE_WINDOWS[window].windowMs)

export const USAGE_WINDOW_NAMES: readonly UsageWindow[] = ['minute', 'hour', 'day', '30-days', 'lifetime']
