import type { Clock } from '../clock.ts'
import type { PaymentId } from '../wallet.ts'
import type { Intent } from './intent.ts'
import { ABSENCE_MS, type Outcome } from './outcome.ts'

/** By so much the two ways to measure time may differ without a jump. */
const TOLERANCE_MS = 100

/**
 * When this process first found payments absent, by a time that only goes on. The ledger's times are
 * the machine's: a clock that jumps forward between two looks would make them seem far enough apart
 * for a proof, while the request may still lie in the node's queue.
 */
export class Absences {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #first = new Map<PaymentId, { sinceMs: number; askedAt: number }>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  /** The moment, to be told to {@link confirm}. */
  now(): number | undefined {
    return this.#clock.elapsed?.()
  }

  /** The outcome of a look that was begun at `askedAt`; a failure that comes too soon waits for another look. */
  confirm(current: Intent, outcome: Outcome, askedAt: number | undefined, nowMs: number): Outcome {
    const { paymentId } = current
    if (askedAt === undefined) return outcome
    const first = this.#first.get(paymentId)
    if (outcome.state === 'dispatched') {
      const sinceMs = 'absentSinceMs' in outcome.change ? outcome.change.absentSinceMs : first?.sinceMs
      if (sinceMs === undefined) this.#first.delete(paymentId)
      else if (sinceMs !== first?.sinceMs) this.#first.set(paymentId, { sinceMs, askedAt })
      return outcome
    }
    const isEarly =
      outcome.state === 'failed' &&
      first !== undefined &&
      first.sinceMs === current.absentSinceMs &&
      askedAt - first.askedAt < ABSENCE_MS - TOLERANCE_MS
    if (!isEarly) {
      this.#first.delete(paymentId)
      return outcome
    }
    return {
      state: 'dispatched',
      change: { outcome: 'unknown', nextLookupAtMs: nowMs + ABSENCE_MS, lookups: current.lookups + 1 },
    }
  }
}
