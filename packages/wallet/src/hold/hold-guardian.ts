import { type BackendIdentity, LightningError, type PaymentHash } from '@lightning-mcp/core'
import { identityOf } from '../accounts/own-invoices.ts'
import type { Hints } from '../backend/hints.ts'
import { withinTime } from '../clock.ts'
import type { Leases } from '../leases.ts'
import { RoundLease } from '../safety/round-lease.ts'
import { askHold, carryOut, decideHold, type HoldMeans } from './carry-out.ts'
import { chainSeen, deadlineOf, decisionAt, isDue, nextOpenLook, urgencyOf } from './hold-deadline.ts'
import type { HoldChange, HoldRecord } from './hold-record.ts'

/** At least this often it asks the store whether another process made a hold invoice. */
const HEARTBEAT_MS = 30_000
const SHORTEST_PAUSE_MS = 500
const AT_ONCE = 16
const HEIGHT_TIMEOUT_MS = 30_000

export interface HoldGuardianOptions extends HoldMeans {
  leases: Leases
  hints: Hints
  /** A held payment is in danger; an operator should see it. */
  onAlarm: (alarm: string) => void
}

/**
 * Looks after every hold invoice of this ledger until it is over: one whose payment is about to time
 * out, which would cost a channel, is settled or canceled as its maker said, also if nobody asks any
 * more. What was decided and not done yet is done, after a crash too. One process at a time acts.
 */
export class HoldGuardian {
  readonly #options: HoldGuardianOptions
  readonly #lease: RoundLease
  readonly #alarmed = new Map<PaymentHash, number>()
  #cancel: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #round: Promise<void> | undefined
  #failures = 0
  #othersUntilMs = 0
  #again = false
  #stopped = false

  constructor(options: HoldGuardianOptions) {
    this.#options = options
    this.#lease = new RoundLease({ ...options, round: 'hold' })
  }

  start(): void {
    if (this.#stopped) return
    if (this.#round !== undefined) {
      this.#again = true
      return
    }
    this.#cancel?.()
    this.#round = this.#work().finally(() => {
      this.#round = undefined
      if (this.#again) {
        this.#again = false
        this.start()
      }
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    this.#unlisten?.()
    await this.#round
  }

  async #work(): Promise<void> {
    const { connection, store, clock, leases } = this.#options
    let nextMs: number | undefined
    try {
      const identity = connection.identity ?? (await connection.ready()).identity
      const due = () => store.read((reader) => reader.dueHolds(identity, clock.now(), AT_ONCE))
      const round = async () => {
        const seen = new Set<PaymentHash>()
        for (;;) {
          const fresh = (await due()).filter(({ paymentHash }) => !seen.has(paymentHash))
          if (fresh.length === 0 || this.#stopped) break
          for (const { paymentHash } of fresh) seen.add(paymentHash)
          await Promise.all(fresh.map((record) => this.#look(identity, record.paymentHash)))
        }
      }
      if ((await due()).length > 0 && !this.#stopped) {
        const ours = await this.#lease.during(identity, round)
        this.#othersUntilMs = ours ? 0 : clock.now() + leases.leaseMs / 2
      }
      nextMs = await store.read((reader) => reader.nextHoldDueMs(identity))
      this.#failures = 0
    } catch {
      // the store is away, or no node has answered yet; a later round tries again
      this.#failures++
    }
    if (this.#stopped) return
    this.#listen(nextMs !== undefined)
    const pauseMs = Math.max(
      Math.min(HEARTBEAT_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(this.#failures, 10)),
      this.#othersUntilMs - clock.now(),
    )
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
      if (paymentHash === undefined) this.start()
      else void this.#hasten(paymentHash)
    })
  }

  /** A hint: the invoice is looked at next, by whichever process has the turn. */
  async #hasten(paymentHash: PaymentHash): Promise<void> {
    const { connection, store, clock } = this.#options
    const { identity } = connection
    if (identity === undefined) return
    try {
      if ((await store.read((reader) => reader.hold(identity, paymentHash))) === undefined) return
      await store.transaction((writer) =>
        writer.updateHold(identity, paymentHash, { nextLookAtMs: clock.now() }),
      )
      this.start()
    } catch {
      // it has its turn anyway
    }
  }

  /** Never rejects: what cannot be done now is tried again, the sooner the less time is left. */
  async #look(identity: BackendIdentity, paymentHash: PaymentHash): Promise<void> {
    const { store, clock } = this.#options
    let record: HoldRecord | undefined
    try {
      record = await store.read((reader) => reader.hold(identity, paymentHash))
      if (record === undefined || !isDue(record, clock.now())) return
      await this.#after(record)
    } catch (error) {
      if (record !== undefined) await this.#putOff(record, error).catch(() => {})
    }
  }

  async #after(record: HoldRecord): Promise<void> {
    const { clock } = this.#options
    const found = await askHold(this.#options, record.paymentHash)
    const nowMs = clock.now()
    if (found === undefined || found.status !== 'accepted') {
      const isOver = found?.status === 'settled' || found?.status === 'canceled'
      const state = isOver ? found.status : found?.status === 'open' ? 'open' : record.state
      const change: HoldChange = isOver
        ? { state, endedAtMs: nowMs, nextLookAtMs: 0, fault: undefined }
        : { state, ...nextOpenLook(record, nowMs) }
      if (change.nextLookAtMs === 0 && !isOver) Object.assign(change, { state: 'expired', endedAtMs: nowMs })
      // a cancellation that the backend has not been told of yet goes on
      if (found?.status === 'open' && record.decision === 'cancel')
        return void (await carryOut(record, this.#options))
      await this.#write(record, change)
      return
    }
    const chain = chainSeen(record, await this.#blockHeight(), nowMs)
    if (chain.seenHeight === undefined)
      throw new LightningError({ code: 'unavailable', message: 'the node does not say its block height' })
    const deadlineHeight = deadlineOf(record, found, { blockHeight: chain.seenHeight, nowMs })
    const seen: HoldRecord = {
      ...record,
      ...chain,
      state: 'accepted',
      looks: record.state === 'accepted' ? record.looks + 1 : 0,
      deadlineHeight,
    }
    const { state, looks, seenHeight, seenAtMs } = seen
    const nextLookAtMs = nowMs + urgencyOf(seen, nowMs).delayMs
    await this.#write(record, { state, looks, seenHeight, seenAtMs, deadlineHeight, nextLookAtMs })
    const decision = record.decision ?? this.#decisionAt(seen)
    if (decision === undefined) return
    const decided = await decideHold(this.#options, seen, decision, { by: 'guardian' })
    await carryOut({ ...seen, ...decided }, this.#options)
    this.#alarmed.delete(record.paymentHash)
  }

  /** `undefined`: it does not say. What was seen before still counts then. */
  async #blockHeight(): Promise<number | undefined> {
    const { connection, clock } = this.#options
    const info = withinTime(clock, HEIGHT_TIMEOUT_MS, (signal) =>
      connection.call((backend) => backend.getInfo({ signal }), signal),
    )
    return (await info.catch(() => undefined))?.blockHeight
  }

  #decisionAt(seen: HoldRecord): HoldRecord['decision'] {
    const { safe, clock } = this.#options
    const canSettle = safe.unseal(seen.sealedPreimage, seen.paymentHash) !== undefined
    return decisionAt(seen, { canSettle, nowMs: clock.now() })
  }

  async #putOff(record: HoldRecord, error: unknown): Promise<void> {
    const { store, clock, onAlarm } = this.#options
    const { paymentHash } = record
    const nowMs = clock.now()
    const current = (await store.read((reader) => reader.hold(identityOf(record), paymentHash))) ?? record
    const { blocksLeft, delayMs } = urgencyOf(current, nowMs)
    await this.#write(record, { looks: current.looks + 1, nextLookAtMs: nowMs + delayMs })
    const isPressing =
      current.decision !== undefined || decisionAt(current, { canSettle: true, nowMs }) !== undefined
    if (!isPressing || current.state !== 'accepted') return
    // told again only as it gets worse
    if (blocksLeft >= (this.#alarmed.get(paymentHash) ?? Number.POSITIVE_INFINITY)) return
    this.#alarmed.set(paymentHash, blocksLeft)
    const why = LightningError.is(error) ? error.message : 'it did not answer in time'
    onAlarm(
      `the held payment ${paymentHash} times out in about ${blocksLeft} blocks and the node cannot be told what to do with it: ${why}`,
    )
  }

  async #write(record: HoldRecord, change: HoldChange): Promise<void> {
    await this.#options.store.transaction((writer) =>
      writer.updateHold(identityOf(record), record.paymentHash, change),
    )
  }
}
