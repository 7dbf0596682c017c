/** Where a scripted payment stops until the test lets it go on. */
type Stop = 'before-first-htlc' | 'between-attempts'

/** What a test makes the next payments do. Every order acts once. */
export class PaymentScript {
  readonly #stops: Stop[] = []
  #held: (() => void)[] = []
  #failingAttempts = 0
  #hiddenPlaceholders = 0

  /** The next payment is taken and writes no row until `release`: a look-up finds the placeholder alone. */
  stopBeforeFirstHtlc(): void {
    this.#stops.push('before-first-htlc')
  }

  /** The next payment fails on its way, and waits before it tries again: every stored row reads `failed`. */
  stopBetweenAttempts(): void {
    this.#stops.push('between-attempts')
    this.#failingAttempts += 1
  }

  /** The next answer of `getsentinfo` leaves the placeholder out, as in the moment before its actor is registered. */
  hidePlaceholderOnce(): void {
    this.#hiddenPlaceholders += 1
  }

  takeHiddenPlaceholder(): boolean {
    if (this.#hiddenPlaceholders === 0) return false
    this.#hiddenPlaceholders -= 1
    return true
  }

  /** Lets go on what was stopped. */
  release(): void {
    const held = this.#held
    this.#held = []
    for (const go of held) go()
  }

  /** How many payments stand still now. */
  get stopped(): number {
    return this.#held.length
  }

  takeFailingAttempt(): boolean {
    if (this.#failingAttempts === 0) return false
    this.#failingAttempts -= 1
    return true
  }

  /** Waits here if the test wants it. */
  async pass(stop: Stop): Promise<void> {
    const index = this.#stops.indexOf(stop)
    if (index < 0) return
    this.#stops.splice(index, 1)
    await new Promise<void>((go) => {
      this.#held.push(go)
    })
  }
}
