import type { Connection } from './backend/connection.ts'
import type { Clock } from './clock.ts'
import { asking } from './dispatch/asking.ts'
import type { StrategyOf } from './dispatch/strategies.ts'
import type { Judge } from './dispatch/strategy.ts'
import { Absences } from './intents/absences.ts'
import { type Intent, sameBackend, withChange } from './intents/intent.ts'
import { failedOutcome } from './intents/outcome.ts'
import { writeOutcome } from './intents/write-outcome.ts'
import type { Leases } from './leases.ts'
import { updateBooked } from './ledger/write-intent.ts'
import { RoundLease } from './safety/round-lease.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { PaymentId } from './wallet.ts'

/** At least this often it asks the store whether another process left something open. */
const HEARTBEAT_MS = 30_000
const SHORTEST_PAUSE_MS = 500
const AT_ONCE = 8

export interface ReconcilerOptions {
  connection: Connection
  store: WalletStore
  clock: Clock
  leases: Leases
  isSending: (paymentId: PaymentId) => boolean
  strategyOf: StrategyOf
  changed: (paymentId: PaymentId) => void
  /** The backend broke a rule; an operator should see it. */
  onAlarm: (alarm: string) => void
}

/**
 * Looks up every payment that nobody has in hand until it is settled or proven failed: at start what
 * a crash left open, then on a schedule. It asks the backend questions only; it never sends.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #lease: RoundLease
  readonly #absences: Absences
  readonly #looking = new Map<PaymentId, Promise<void>>()
  #cancel: (() => void) | undefined
  #round: Promise<void> | undefined
  #planning: Promise<void> | undefined
  #stopped = false
  #failures = 0
  /** Another process goes through what is open: when to see whether it still lives. */
  #othersUntilMs = 0

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#lease = new RoundLease(options)
    this.#absences = new Absences(options.clock)
  }

  start(): void {
    this.#round ??= this.#work().finally(() => {
      this.#round = undefined
    })
  }

  /** Something became open: the next round may be nearer than planned. */
  wake(): void {
    if (!this.#stopped) this.#plan()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await Promise.allSettled([...(this.#round === undefined ? [] : [this.#round]), ...this.#looking.values()])
  }

  /** Looks at one payment now, unless somebody has it in hand. Never rejects. */
  look(paymentId: PaymentId): Promise<void> {
    if (this.#stopped || this.#options.isSending(paymentId)) return Promise.resolve()
    let looking = this.#looking.get(paymentId)
    if (looking === undefined) {
      looking = this.#look(paymentId)
        .catch(() => {})
        .finally(() => this.#looking.delete(paymentId))
      this.#looking.set(paymentId, looking)
    }
    return looking
  }

  async #work(): Promise<void> {
    const { connection, store, clock, leases } = this.#options
    try {
      const { identity } = await connection.ready()
      const due = () => store.read((reader) => reader.dueIntents(identity, clock.now(), AT_ONCE))
      const round = async () => {
        const seen = new Set<PaymentId>()
        for (;;) {
          const fresh = (await due()).filter(({ paymentId }) => !seen.has(paymentId))
          if (fresh.length === 0 || this.#stopped) break
          for (const { paymentId } of fresh) seen.add(paymentId)
          await Promise.all(fresh.map(({ paymentId }) => this.look(paymentId)))
        }
      }
      if ((await due()).length > 0 && !this.#stopped) {
        const ours = await this.#lease.during(identity, round)
        this.#othersUntilMs = ours ? 0 : clock.now() + leases.leaseMs / 2
      }
      this.#failures = 0
    } catch {
      // the node or the store is away; a later round tries again
      this.#failures++
    }
    this.#plan()
  }

  #plan(): void {
    const { connection, store, clock } = this.#options
    const pauseMs = Math.min(HEARTBEAT_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(this.#failures, 10))
    const at = (delayMs: number) => {
      if (this.#stopped) return
      this.#cancel?.()
      const soonestMs = Math.max(pauseMs, this.#othersUntilMs - clock.now())
      this.#cancel = clock.after(Math.min(HEARTBEAT_MS, Math.max(soonestMs, delayMs)), () => this.start())
    }
    const { identity } = connection
    if (identity === undefined) {
      at(pauseMs)
      return
    }
    this.#planning ??= store
      .read((reader) => reader.nextDueMs(identity))
      .then(
        (dueMs) => at(dueMs === undefined ? HEARTBEAT_MS : dueMs - clock.now()),
        () => at(pauseMs),
      )
      .finally(() => {
        this.#planning = undefined
      })
  }

  async #look(paymentId: PaymentId): Promise<void> {
    const { connection, store, leases, changed, clock, strategyOf, onAlarm } = this.#options
    const profile = await connection.ready()
    const intent = await this.#take(paymentId, profile.identity)
    if (intent === undefined) return
    const hold = leases.hold(paymentId, intent.leaseUntilMs)
    try {
      const write = (judge: Parameters<typeof writeOutcome>[4]) =>
        store.transaction((writer) =>
          writeOutcome(writer, paymentId, intent.attempt, clock.now(), judge, onAlarm),
        )
      if (intent.state === 'created' || intent.state === 'reserved') return await this.#abandon(intent)

      const askedAt = this.#absences.now()
      let judge: Judge
      try {
        const ask = asking(connection, clock)
        judge = await strategyOf(intent).lookUp(intent, { ask, profile, store, clock })
      } catch {
        // No answer proves nothing and disproves nothing: only the next look is put off.
        await write((current) => ({
          state: current.state === 'settled' ? 'settled' : 'dispatched',
          change: postponed(current, clock.now()),
        }))
        return
      }
      await write((current) =>
        this.#absences.confirm(current, judge(current, clock.now()), askedAt, clock.now()),
      )
    } finally {
      leases.letGo(paymentId, hold)
      changed(paymentId)
    }
  }

  /** Puts the intent into this process's hands, if nobody else's. */
  async #take(
    paymentId: PaymentId,
    identity: Parameters<typeof sameBackend>[1],
  ): Promise<Intent | undefined> {
    const { store, leases, clock } = this.#options
    const free = (intent: Intent | undefined, nowMs: number): intent is Intent =>
      intent !== undefined &&
      sameBackend(intent, identity) &&
      intent.leaseUntilMs <= nowMs &&
      (['created', 'reserved', 'dispatched'].includes(intent.state) ||
        (intent.state === 'settled' && intent.feeProvisional))
    // asked first without the write lock, which most askers do not need
    const seen = await store.read((reader) => reader.intentById(paymentId))
    if (!free(seen, clock.now())) return undefined
    return store.transaction(async (writer) => {
      const intent = await writer.intentById(paymentId)
      const nowMs = clock.now()
      if (!free(intent, nowMs)) return undefined
      const change = {
        owner: leases.owner,
        leaseUntilMs: nowMs + leases.leaseMs,
        // a sender that let its lease run out is dead, and its connection with it
        closedAtMs: intent.closedAtMs ?? nowMs,
      }
      const taken = await updateBooked(writer, intent, change, nowMs)
      return taken ? withChange(intent, change) : undefined
    })
  }

  /** Its process died before anything was sent: sending comes after `dispatched` only. */
  async #abandon(intent: Intent): Promise<void> {
    const { store, clock } = this.#options
    const nowMs = clock.now()
    const { change } = failedOutcome(
      { reason: 'canceled', detail: 'the program ended before anything was sent' },
      'same-call',
    )
    await store.transaction((writer) =>
      updateBooked(
        writer,
        intent,
        { ...change, state: 'failed', owner: undefined, leaseUntilMs: 0, updatedAtMs: nowMs },
        nowMs,
        { owner: this.#options.leases.owner },
      ),
    )
  }
}

const postponed = (intent: Intent, nowMs: number) => ({
  ...(intent.state === 'dispatched' ? { outcome: intent.outcome ?? ('unknown' as const) } : {}),
  nextLookupAtMs: nowMs + Math.min(60_000, 1_000 * 2 ** Math.min(intent.lookups, 6)),
  lookups: intent.lookups + 1,
})
