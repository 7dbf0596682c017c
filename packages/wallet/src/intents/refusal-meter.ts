/** So many refusals are written down one after another … */
const AT_ONCE = 500
/** … and from then on so many an hour. */
const PER_HOUR = 60

const HOUR_MS = 3_600_000

/**
 * How many refusals are kept. A decision stays for ever, so an agent that asks in a loop for what is
 * refused would fill the disk, and a full disk stops every account. What is spent or waits for the
 * owner is always written down.
 */
export class RefusalMeter {
  readonly #onEmpty: () => void
  #left = AT_ONCE
  #atMs = 0
  #told = false

  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty
  }

  /** Whether the next one is written down. */
  take(nowMs: number): boolean {
    const refill = (Math.max(0, nowMs - this.#atMs) * PER_HOUR) / HOUR_MS
    this.#left = Math.min(AT_ONCE, this.#left + refill)
    this.#atMs = nowMs
    if (this.#left >= 1) {
      this.#left -= 1
      if (this.#left > AT_ONCE / 2) this.#told = false
      return true
    }
    if (!this.#told) this.#onEmpty()
    this.#told = true
    return false
  }
}
