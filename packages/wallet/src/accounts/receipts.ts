import type { Invoice, PaymentHash } from '@lightning-mcp/core'
import type { Connection } from '../backend/connection.ts'
import type { Hints } from '../backend/hints.ts'
import { type Clock, withinTime } from '../clock.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import { recordLook } from './own-invoices.ts'

/** At least this often it asks the store whether another process made an invoice. */
const HEARTBEAT_MS = 30_000
const SHORTEST_PAUSE_MS = 500
const AT_ONCE = 16
const LOOK_TIMEOUT_MS = 30_000

export interface ReceiptsOptions {
  connection: Connection
  store: WalletStore
  clock: Clock
  hints: Hints
}

/**
 * Finds out which invoices of this ledger were paid, whichever account made them and whichever process:
 * at start, on a schedule, and at once where the backend hints at one. What arrived is booked once.
 */
export class Receipts {
  readonly #options: ReceiptsOptions
  readonly #looking = new Map<PaymentHash, Promise<void>>()
  #cancel: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #round: Promise<void> | undefined
  #failures = 0
  #stopped = false

  constructor(options: ReceiptsOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#stopped) return
    this.#round ??= this.#work().finally(() => {
      this.#round = undefined
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    this.#unlisten?.()
    await Promise.allSettled([...(this.#round === undefined ? [] : [this.#round]), ...this.#looking.values()])
  }

  /** Looks at one of this ledger's invoices now. Never rejects; whoever must know asks the store. */
  look(paymentHash: PaymentHash): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    let looking = this.#looking.get(paymentHash)
    if (looking === undefined) {
      looking = this.#look(paymentHash)
        .catch(() => {
          this.#failures++
        })
        .finally(() => this.#looking.delete(paymentHash))
      this.#looking.set(paymentHash, looking)
    }
    return looking
  }

  /** What the backend says of one, once that is booked. Rejects where it does not answer. */
  async ask(paymentHash: PaymentHash): Promise<Invoice | undefined> {
    const { connection, store, clock } = this.#options
    const { identity } = await connection.ready()
    const found = await withinTime(clock, LOOK_TIMEOUT_MS, (signal) =>
      connection.call((backend) => backend.lookupInvoice({ paymentHash, signal }), signal),
    )
    await store.transaction((writer) => recordLook(writer, identity, paymentHash, found, clock.now()))
    return found
  }

  async #look(paymentHash: PaymentHash): Promise<void> {
    const { connection, store } = this.#options
    const { identity } = await connection.ready()
    const row = await store.read((reader) => reader.ownInvoice(identity, paymentHash))
    if (row !== undefined && row.state !== 'settled') await this.ask(paymentHash)
  }

  async #work(): Promise<void> {
    const { connection, store, clock } = this.#options
    let nextMs: number | undefined
    try {
      const { identity } = await connection.ready()
      const seen = new Set<PaymentHash>()
      for (;;) {
        const due = await store.read((reader) => reader.dueInvoices(identity, clock.now(), AT_ONCE))
        const fresh = due.filter(({ paymentHash }) => !seen.has(paymentHash))
        if (fresh.length === 0 || this.#stopped) break
        const failuresBefore = this.#failures
        for (const { paymentHash } of fresh) seen.add(paymentHash)
        await Promise.all(fresh.map(({ paymentHash }) => this.look(paymentHash)))
        if (this.#failures > failuresBefore) break
        this.#failures = 0
      }
      nextMs = await store.read((reader) => reader.nextInvoiceDueMs(identity))
    } catch {
      // the node or the store is away; a later round tries again
      this.#failures++
    }
    if (this.#stopped) return
    this.#listen(nextMs !== undefined)
    const pauseMs = Math.min(HEARTBEAT_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(this.#failures, 10))
    const dueMs = nextMs === undefined ? HEARTBEAT_MS : nextMs - clock.now()
    this.#cancel?.()
    this.#cancel = clock.after(Math.min(HEARTBEAT_MS, Math.max(pauseMs, dueMs)), () => this.start())
  }

  /** The backend's stream is read only while there is something to wait for. */
  #listen(waiting: boolean): void {
    if (!waiting) {
      this.#unlisten?.()
      this.#unlisten = undefined
      return
    }
    this.#unlisten ??= this.#options.hints.listen((paymentHash) => {
      // a break in the stream: what fell due is asked anew, the rest has its turn
      if (paymentHash === undefined) this.start()
      else void this.look(paymentHash)
    })
  }
}
