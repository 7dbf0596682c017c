import type { PaymentHash } from '@lightning-mcp/core'
import type { PaymentRecords } from './parts.ts'

/** The node plans its next part, and may wait for a block, a while beyond `retry_for`. */
const MARGIN_SECONDS = 15
/** `retry_for` of commands that other processes began: nobody here knows it. */
const FOREIGN_RETRY_SECONDS = 120
const REMEMBERED = 10_000

/**
 * What this process knows of its own attempts. Between two parts of an attempt that goes on, every row
 * reads `failed`: only the end of the command, or time, tells that none will follow.
 */
export class Attempts {
  /** Each that has not answered, with the second up to which it may begin another part. */
  readonly #running = new Map<PaymentHash, Map<number, number>>()
  readonly #ended = new Set<PaymentHash>()
  /** How many rows a look has found that were all failed, when nothing should follow any more. */
  readonly #seenFailed = new Map<PaymentHash, number>()
  #longestRetrySeconds = FOREIGN_RETRY_SECONDS
  #next = 1

  /** A command with this `retry_for` leaves, whose hash is not known yet. */
  expect(retrySeconds: number): void {
    this.#longestRetrySeconds = Math.max(this.#longestRetrySeconds, retrySeconds)
  }

  /** A command with this `retry_for` leaves now, in seconds. */
  begin(hash: PaymentHash, now: number, retrySeconds: number): number {
    const attempt = this.#next++
    this.expect(retrySeconds)
    this.#ended.delete(hash)
    this.#seenFailed.delete(hash)
    const running = this.#running.get(hash) ?? new Map<number, number>()
    remember(this.#running, hash, running.set(attempt, now + retrySeconds + MARGIN_SECONDS))
    return attempt
  }

  /** Its command has answered: it is over, unless another one with the same hash still runs. */
  end(hash: PaymentHash, attempt: number): void {
    if (this.refused(hash, attempt)) this.over(hash)
  }

  /** The node has refused it because of another one, perhaps of another program, of which this tells nothing. Answers whether none of ours runs any more. */
  refused(hash: PaymentHash, attempt: number): boolean {
    const running = this.#running.get(hash)
    if (running?.delete(attempt) !== true || running.size > 0) return false
    return this.#running.delete(hash)
  }

  /** Nothing runs for this hash any more. */
  over(hash: PaymentHash): void {
    this.#ended.add(hash)
    if (this.#ended.size > REMEMBERED) this.#ended.delete(this.#ended.values().next().value as PaymentHash)
  }

  /** Whether an attempt of this process may still begin another part. */
  mayGoOn(hash: PaymentHash, now: number): boolean {
    return [...(this.#running.get(hash)?.values() ?? [])].some((until) => now <= until)
  }

  /**
   * Whether failed rows are the end of it: the command has answered; or the time of one whose answer was
   * lost, or of one that another process began, is over, and two looks since agree.
   */
  isOver(hash: PaymentHash, { parts }: PaymentRecords, now: number): boolean {
    if (this.#ended.has(hash)) return true
    const running = this.#running.get(hash)
    const last = Math.max(0, ...parts.map(({ completed_at, created_at }) => completed_at ?? created_at))
    const until =
      running === undefined
        ? last + this.#longestRetrySeconds + MARGIN_SECONDS
        : Math.max(...running.values())
    const seen = this.#seenFailed.get(hash)
    this.#seenFailed.delete(hash)
    if (now <= until) return false
    remember(this.#seenFailed, hash, parts.length)
    return seen === parts.length
  }
}

function remember<V>(map: Map<PaymentHash, V>, hash: PaymentHash, value: V): void {
  map.delete(hash)
  map.set(hash, value)
  if (map.size > REMEMBERED) map.delete(map.keys().next().value as PaymentHash)
}
