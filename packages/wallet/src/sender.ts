import { ERROR_CODES, type ErrorCode, type FailureReason, LightningError } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'
import { type Clock, pause } from './clock.ts'
import { asking } from './dispatch/asking.ts'
import type { StrategyOf } from './dispatch/strategies.ts'
import type { Judge } from './dispatch/strategy.ts'
import type { Intent, RetryAdvice } from './intents/intent.ts'
import { failedOutcome, type Outcome, unknownOutcome } from './intents/outcome.ts'
import { writeOutcome } from './intents/write-outcome.ts'
import type { Leases } from './leases.ts'
import type { Step } from './steps.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { PaymentId } from './wallet.ts'

/** After this the backend starts no further attempt. */
const SEND_TIMEOUT_SECONDS = 60

/** What a backend's refusal before sending means for the payment, where it is more than "not now". */
const REFUSALS: Partial<Record<ErrorCode, readonly [FailureReason, RetryAdvice]>> = {
  insufficient_balance: ['insufficient_balance', 'same-call'],
  fee_limit_exceeded: ['fee_limit_exceeded', 'same-call'],
  no_route: ['no_route', 'same-call'],
  recipient_rejected: ['recipient_rejected', 'same-call'],
  invoice_expired: ['invoice_expired', 'fresh-invoice'],
  invalid_request: ['other', 'never'],
  invalid_invoice: ['other', 'never'],
  wrong_network: ['other', 'never'],
  amount_required: ['other', 'never'],
  amount_not_allowed: ['other', 'never'],
  sub_sat_amount: ['other', 'never'],
  unsupported: ['other', 'never'],
  self_payment: ['other', 'never'],
}

export interface SenderOptions {
  connection: Connection
  store: WalletStore
  clock: Clock
  leases: Leases
  step: Step
  strategyOf: StrategyOf
  changed: (paymentId: PaymentId) => void
  /** Asked right before sending; answers why not. */
  mayStillSend: () => Promise<LightningError | undefined>
  /** The backend broke a rule; an operator should see it. */
  onAlarm: (alarm: string) => void
}

/**
 * The one place from which a payment is sent. It is given intents whose record already says
 * `dispatched`, sends each once, and writes down what came of it.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #sending = new Map<PaymentId, Promise<LightningError | undefined>>()
  readonly #stop = new AbortController()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  isSending(paymentId: PaymentId): boolean {
    return this.#sending.has(paymentId)
  }

  /**
   * Sends in the background. Resolves once the outcome is durable: with the backend's error if it
   * refused before anything was sent. Never rejects.
   */
  send(intent: Intent): Promise<LightningError | undefined> {
    const { leases, changed } = this.#options
    const lost = leases.hold(intent.paymentId, intent.leaseUntilMs)
    const done = this.#run(intent, AbortSignal.any([lost, this.#stop.signal])).finally(() => {
      leases.letGo(intent.paymentId, lost)
      // a further attempt may have begun
      if (this.#sending.get(intent.paymentId) === done) this.#sending.delete(intent.paymentId)
      changed(intent.paymentId)
    })
    this.#sending.set(intent.paymentId, done)
    return done
  }

  /** Waits for what is being sent; after `graceMs` tells the backend to stop waiting, which makes open ones `unknown`. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#options
    const all = () => Promise.allSettled(this.#sending.values())
    await Promise.race([all(), pause(clock, graceMs)])
    this.#stop.abort()
    await Promise.race([all(), pause(clock, graceMs)])
  }

  async #run(intent: Intent, signal: AbortSignal): Promise<LightningError | undefined> {
    const { step, clock } = this.#options
    await step('recorded', intent)
    const { judge, refused } = await this.#ask(intent, signal)
    await step('answered', intent)
    await this.#record(intent, (current) => blamed(judge(current, clock.now())))
    await step('result-recorded', intent)
    return refused
  }

  async #ask(intent: Intent, signal: AbortSignal): Promise<Answer> {
    const { connection, leases, step, mayStillSend, strategyOf } = this.#options
    const strategy = strategyOf(intent)
    await step('before-send', intent)
    const paused = await mayStillSend()
    if (paused !== undefined) return { ...never(paused.message), refused: paused }
    // Held up since the record was made (a sleeping machine): another process may have judged it by now.
    if (leases.lapsed(intent.paymentId) || !strategy.isReady(intent))
      return never('the program was held up before it could send')
    if (this.#stop.signal.aborted) return never('the program was stopped before it could send')
    try {
      const options = { signal, timeoutSeconds: SEND_TIMEOUT_SECONDS }
      return { judge: await strategy.send(intent, connection.declared, options) }
    } catch (error) {
      connection.noteFault(error)
      return this.#afterThrow(intent, error)
    }
  }

  async #afterThrow(intent: Intent, error: unknown): Promise<Answer> {
    if (!LightningError.is(error)) return nobodyKnows
    if (error.code === 'already_paid' || error.code === 'in_progress') return this.#adopt(intent)
    // Both the thrower and the meaning of the code must say that nothing was sent.
    if (error.sent !== 'no' || ERROR_CODES[error.code].sent !== 'no') return nobodyKnows
    const [reason, retry] = REFUSALS[error.code] ?? ['other', 'same-call']
    const outcome = failedOutcome({ reason, detail: error.message }, retry)
    const speaks = error.code in REFUSALS ? {} : ({ fault: 'backend' } as const)
    return { judge: () => ({ ...outcome, ...speaks }), refused: error }
  }

  async #adopt(intent: Intent): Promise<Answer> {
    const { connection, clock, strategyOf } = this.#options
    try {
      const judge = await strategyOf(intent).adopt?.(intent, { ask: asking(connection, clock) })
      return judge === undefined ? nobodyKnows : { judge }
    } catch {
      return nobodyKnows
    }
  }

  /** Until it is durable, or the process ends and leaves it to the reconciler. */
  async #record(intent: Intent, judge: (current: Intent) => Outcome): Promise<void> {
    const { store, clock, onAlarm } = this.#options
    for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, 5_000)) {
      try {
        await store.transaction((writer) =>
          writeOutcome(writer, intent.paymentId, intent.attempt, clock.now(), judge, onAlarm),
        )
        return
      } catch {
        if (this.#stop.signal.aborted) return
        await pause(clock, delayMs, this.#stop.signal)
      }
    }
  }
}

interface Answer {
  judge: Judge
  refused?: LightningError
}

const nobodyKnows: Answer = { judge: (current, nowMs) => unknownOutcome(current, nowMs) }

const never = (detail: string): Answer => ({
  judge: () => ({ ...failedOutcome({ reason: 'other', detail }, 'same-call'), fault: 'none' }),
})

/** A sending after which nobody can say anything speaks of the backend. */
const blamed = (outcome: Outcome): Outcome =>
  outcome.change.outcome === 'unknown' ? { ...outcome, fault: 'backend' } : outcome
