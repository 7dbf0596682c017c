import type { Clock } from './clock.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { PaymentId } from './wallet.ts'

/**
 * The intents that this process has in hand. Their leases are lengthened as long as it lives, so
 * that no other process takes a slow payment for one whose sender died.
 */
export class Leases {
  /** Names this process in the store. */
  readonly owner: string
  readonly leaseMs: number
  readonly #store: WalletStore
  readonly #clock: Clock
  readonly #held = new Map<PaymentId, { untilMs: number; lost: AbortController }>()
  #cancel: (() => void) | undefined

  constructor(options: { store: WalletStore; clock: Clock; owner: string; leaseMs: number }) {
    this.#store = options.store
    this.#clock = options.clock
    this.owner = options.owner
    this.leaseMs = options.leaseMs
  }

  /**
   * Takes an intent whose row already names this owner. The signal aborts if the lease could not be
   * kept, if another process took it meanwhile, and when a further hold of the intent begins.
   */
  hold(paymentId: PaymentId, untilMs: number): AbortSignal {
    const lost = new AbortController()
    this.#held.get(paymentId)?.lost.abort()
    this.#held.set(paymentId, { untilMs, lost })
    this.#schedule()
    return lost.signal
  }

  /** Whether another process may by now believe that this one is dead. */
  lapsed(paymentId: PaymentId): boolean {
    return this.#clock.now() >= (this.#held.get(paymentId)?.untilMs ?? 0)
  }

  /** Ends the hold that was answered with this signal; a further one goes on. */
  letGo(paymentId: PaymentId, hold: AbortSignal): void {
    if (this.#held.get(paymentId)?.lost.signal === hold) this.#held.delete(paymentId)
    if (this.#held.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.after(this.leaseMs / 3, () => {
      this.#cancel = undefined
      void this.#renew().finally(() => {
        if (this.#held.size > 0) this.#schedule()
      })
    })
  }

  async #renew(): Promise<void> {
    const held = [...this.#held]
    const ids = held.map(([id]) => id)
    const untilMs = this.#clock.now() + this.leaseMs
    try {
      const kept = await this.#store.transaction((store) => store.renewLeases(this.owner, ids, untilMs))
      for (const [id, hold] of held) {
        hold.untilMs = kept.includes(id) ? untilMs : 0
        // Another process took this one for dead and may prove that nothing was sent: nothing may leave any more.
        if (hold.untilMs === 0) hold.lost.abort()
      }
    } catch {
      // The store is in trouble. As long as the lease runs nothing is lost; after that the sending is let go.
      for (const [id, hold] of this.#held) if (this.lapsed(id)) hold.lost.abort()
    }
  }
}
