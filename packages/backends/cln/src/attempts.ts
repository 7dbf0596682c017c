import type { PaymentHash, UnixSeconds } from '@lightning-mcp/core'
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
  readonly #now: () => UnixSeconds
  /** Each that has not answered, with the second up to which it may begin another part. */
  readonly #running = new Map<PaymentHash, Map<number, number>>()
  /** When the last one ended: rows that came later are of somebody else. */
  readonly #ended = new Map<PaymentHash, number>()
  /** How many rows a look has found that were all failed, when nothing should follow any more. */
  readonly #seenFailed = new Map<PaymentHash, number>()
  #longestRetrySeconds = FOREIGN_RETRY_SECONDS
  #next = 1

  constructor(now: () => UnixSeconds) {
    this.#now = now
  }

  /** A command with this `retry_for` leaves, whose hash is not known yet. */
  expect(retrySeconds: number): void {
    this.#longestRetrySeconds = Math.max(this.#longestRetrySeconds, retrySeconds)
  }

  /** A command with this `retry_for` leaves now. */
  begin(hash: PaymentHash, retrySeconds: number): number {
    const attempt = this.#next++
    this.expect(retrySeconds)
    this.#ended.delete(hash)
    this.#seenFailed.delete(hash)
    const running = this.#running.get(hash) ?? new Map<number, number>()
    remember(this.#running, hash, running.set(attempt, this.#now() + retrySeconds + MARGIN_SECONDS))
    return attempt
  }

  /** Its command has answered: it is over, unless another one with the same hash still runs. */
  end(hash: PaymentHash, attempt: number): void {
    if (this.refused(hash, attempt)) this.over(hash)
  }

  /** It never began, or the node has refused it because of another one, of which this tells nothing. Answers whether none of ours runs any more. */
  refused(hash: PaymentHash, attempt: number): boolean {
    const running = this.#running.get(hash)
    if (running?.delete(attempt) !== true || running.size > 0) return false
    return this.#running.delete(hash)
  }

  /** Nothing of ours runs for this hash any more. */
  over(hash: PaymentHash): void {
    remember(this.#ended, hash, this.#now())
  }

  /** Whether an attempt of this process may still begin another part, or its first. */
  mayGoOn(hash: PaymentHash): boolean {
    return [...(this.#running.get(hash)?.values() ?? [])].some((until) => this.#now() <= until)
  }

  /**
   * Whether failed rows are the end of it: the command has answered; or the time of one whose answer was
   * lost, or of one that another process began, is over, and two looks since agree.
   */
  isOver(hash: PaymentHash, { parts }: PaymentRecords): boolean {
    const begun = Math.max(0, ...parts.map(({ created_at }) => created_at))
    if (begun <= (this.#ended.get(hash) ?? -1)) return true
    const running = this.#running.get(hash)
    const last = Math.max(begun, ...parts.map(({ completed_at }) => completed_at ?? 0))
    const until =
      running === undefined
        ? last + this.#longestRetrySeconds + MARGIN_SECONDS
        : Math.max(...running.values())
    const seen = this.#seenFailed.get(hash)
    this.#seenFailed.delete(hash)
    if (this.#now() <= until) return false
    remember(this.#seenFailed, hash, parts.length)
    return seen === parts.length
  }
}

function remember<V>(map: Map<PaymentHash, V>, hash: PaymentHash, value: V): void {
  map.delete(hash)
  map.set(hash, value)
  if (map.size > REMEMBERED) map.delete(map.keys().next().value as PaymentHash)
}
