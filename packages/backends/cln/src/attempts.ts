import type { PaymentHash } from '@lightning-mcp/core'
import type { PaymentRecords } from './parts.ts'

/** Between two looks that agree, and after the last part that failed: xpay plans its next part in less. */
const QUIET_MS = 4_000
const QUIET_SECONDS = 60
const REMEMBERED = 10_000

/**
 * What this process knows of its own attempts. Between two parts of an attempt that goes on, every row
 * reads `failed`: only the end of the command, or time, tells that none will follow.
 */
export class Attempts {
  readonly #running = new Map<PaymentHash, Set<number>>()
  readonly #ended = new Set<PaymentHash>()
  readonly #seenFailed = new Map<PaymentHash, { rows: number; at: number }>()
  #next = 1

  begin(hash: PaymentHash): number {
    const attempt = this.#next++
    this.#ended.delete(hash)
    this.#seenFailed.delete(hash)
    remember(this.#running, hash, (this.#running.get(hash) ?? new Set()).add(attempt))
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

  /** Whether failed rows are the end of it. */
  isOver(hash: PaymentHash, { parts }: PaymentRecords, now: number): boolean {
    if (this.#ended.has(hash)) return true
    const last = Math.max(0, ...parts.map(({ completed_at, created_at }) => completed_at ?? created_at))
    if (!this.#running.has(hash) && now - last > QUIET_SECONDS) return true
    const seen = this.#seenFailed.get(hash)
    const at = performance.now()
    if (seen !== undefined && seen.rows === parts.length && at - seen.at >= QUIET_MS) return true
    if (seen?.rows !== parts.length) remember(this.#seenFailed, hash, { rows: parts.length, at })
    return false
  }
}

function remember<V>(map: Map<PaymentHash, V>, hash: PaymentHash, value: V): void {
  map.delete(hash)
  map.set(hash, value)
  if (map.size > REMEMBERED) map.delete(map.keys().next().value as PaymentHash)
}
