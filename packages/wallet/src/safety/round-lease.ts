import type { BackendIdentity } from '@lightning-mcp/core'
import type { Clock } from '../clock.ts'
import type { Leases } from '../leases.ts'
import type { WalletStore } from '../store/wallet-store.ts'

interface RoundLeaseOptions {
  store: WalletStore
  clock: Clock
  leases: Leases
  /** Of which kind of rounds one process at a time goes through. Default `reconciler`. */
  round?: string
}

/**
 * Lets one process at a time go through what is open on a backend. The lease is lengthened as long as
 * the round takes, let go at its end, and runs out with a process that dies.
 */
export class RoundLease {
  readonly #options: RoundLeaseOptions

  constructor(options: RoundLeaseOptions) {
    this.#options = options
  }

  /** Does the work while it holds the lease. False, and nothing done, where another process holds it. */
  async during({ kind, network, id }: BackendIdentity, work: () => Promise<void>): Promise<boolean> {
    const { store, clock, leases } = this.#options
    const { owner, leaseMs } = leases
    const name = `${this.#options.round ?? 'reconciler'}:${kind}:${network}:${id}`
    const take = (): Promise<boolean> => {
      const nowMs = clock.now()
      return store.transaction((writer) => writer.takeLease({ name, owner, nowMs, untilMs: nowMs + leaseMs }))
    }
    if (!(await take())) return false
    let cancel = (): void => {}
    const renew = (): void => {
      cancel = clock.after(leaseMs / 3, () => {
        // each payment has a lease of its own beside: one that is lost here doubles no work
        take().catch(() => false)
        renew()
      })
    }
    renew()
    try {
      await work()
    } finally {
      cancel()
      await store.transaction((writer) => writer.releaseLease({ name, owner })).catch(() => {})
    }
    return true
  }
}
