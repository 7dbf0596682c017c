import { type Invoice, LightningError, type PaymentHash } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'
import type { Hints } from './backend/hints.ts'
import { type Clock, pause } from './clock.ts'
import { type Intent, isOpen } from './intents/intent.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { PaymentId, PaymentProgress } from './wallet.ts'

const FIRST_LOOK_MS = 250
const LONGEST_PAUSE_MS = 4_000

export interface WaitOptions {
  untilMs: number
  signal?: AbortSignal | undefined
  onProgress?: ((progress: PaymentProgress) => void) | undefined
  /** A payment that waits for the owner is answered as it stands. */
  returnAwaitingApproval?: boolean | undefined
}

export interface WaiterOptions {
  store: WalletStore
  clock: Clock
  hints: Hints
  connection: Connection
  look: (paymentId: PaymentId) => Promise<void>
  /** The account's own invoice, as `Wallet.lookupInvoice` answers it. */
  lookupInvoice: (request: { paymentHash: PaymentHash; signal?: AbortSignal }) => Promise<Invoice | undefined>
  isSending: (paymentId: PaymentId) => boolean
  /** Aborts when the wallet stops: everybody is told what stands. */
  stopping: AbortSignal
}

type Reason = 'told' | 'hinted' | 'due'

const MESSAGES: Readonly<Record<string, string>> = {
  created: 'asking the recipient’s service for an invoice',
  awaiting_approval: 'waiting for the owner’s approval',
  dispatched: 'sent, waiting for the outcome',
  unknown: 'nobody can say yet; looking it up',
  settled: 'paid',
  failed: 'failed',
  denied: 'the owner denied it',
  expired: 'nobody approved it in time',
  canceled: 'canceled before it was sent',
}

/** Waits for payments and own invoices: told by this process, hinted at by the backend, and asked for in growing steps. */
export class Waiter {
  readonly #listeners = new Map<PaymentId, Set<() => void>>()
  readonly #options: WaiterOptions

  constructor(options: WaiterOptions) {
    this.#options = options
  }

  /** This process changed the intent. */
  changed = (paymentId: PaymentId): void => {
    for (const listener of this.#listeners.get(paymentId) ?? []) listener()
  }

  /** The intent once it is terminal, or as it stands when the time is over or the signal aborts. */
  async forIntent(paymentId: PaymentId, options: WaitOptions): Promise<Intent> {
    const { store, look, isSending } = this.#options
    let told = ''
    const intent = await this.#poll(
      options,
      (wake) => this.#listen(paymentId, wake),
      async (due) => {
        const read = () => store.read((reader) => reader.intentById(paymentId))
        let current = await read()
        // most are final by the time somebody waits for them
        if (due && !isSending(paymentId) && current !== undefined && isOpen(current)) {
          await look(paymentId)
          current = await read()
        }
        if (current === undefined) throw unknownId()
        const now = current.outcome === 'unknown' ? 'unknown' : current.state
        if (now !== told) progress(options, current.state, MESSAGES[now] ?? now)
        told = now
        const waits = options.returnAwaitingApproval === true && current.state === 'awaiting_approval'
        return { value: current, done: waits || !isOpen(current), hash: current.paymentHash }
      },
    )
    return intent
  }

  /** The own invoice once it is terminal or a payment is held for it, or as it stands when the time is over. */
  async forInvoice(paymentHash: PaymentHash, options: WaitOptions): Promise<Invoice | undefined> {
    const { lookupInvoice } = this.#options
    let told = ''
    return this.#poll(
      options,
      () => () => {},
      async () => {
        const invoice = await lookupInvoice({ paymentHash, ...signalOf(options) })
        if (invoice !== undefined && invoice.status !== told) {
          told = invoice.status
          const state =
            told === 'settled' ? 'settled' : told === 'open' || told === 'accepted' ? 'created' : 'expired'
          progress(options, state, `the invoice is ${told}`)
        }
        return { value: invoice, done: invoice?.status !== 'open', hash: paymentHash }
      },
    )
  }

  async #poll<T>(
    { untilMs, signal }: WaitOptions,
    listen: (wake: () => void) => () => void,
    ask: (due: boolean) => Promise<{ value: T; done: boolean; hash: PaymentHash | undefined }>,
  ): Promise<T> {
    const { clock, hints, stopping } = this.#options
    const ended = signal === undefined ? stopping : AbortSignal.any([stopping, signal])
    let hash: PaymentHash | undefined
    let wake: (reason: Reason) => void = () => {}
    const stops = [listen(() => wake('told'))]
    // being told costs nothing but a glance at the store; the backend is asked at a pace of its own
    let due = untilMs > clock.now()
    let asked = 0
    try {
      for (;;) {
        const woken = new Promise<Reason>((resolve) => {
          wake = resolve
        })
        if (due) asked++
        const answer = await ask(due)
        const leftMs = untilMs - clock.now()
        if (answer.done || leftMs <= 0 || ended.aborted) return answer.value
        hash = answer.hash
        if (stops.length === 1)
          stops.push(
            hints.listen((hinted) => {
              if (hinted === undefined || hinted === hash) wake('hinted')
            }),
          )
        const over = new AbortController()
        const delayMs = Math.min(leftMs, LONGEST_PAUSE_MS, FIRST_LOOK_MS * 2 ** Math.min(asked, 10))
        const slept = pause(clock, delayMs, AbortSignal.any([over.signal, ended]))
        const reason = await Promise.race([woken, slept.then((): Reason => 'due')])
        over.abort()
        due = reason !== 'told'
      }
    } finally {
      for (const stop of stops) stop()
    }
  }

  #listen(paymentId: PaymentId, wake: () => void): () => void {
    const listeners = this.#listeners.get(paymentId) ?? new Set()
    this.#listeners.set(paymentId, listeners)
    listeners.add(wake)
    return () => {
      listeners.delete(wake)
      if (listeners.size === 0) this.#listeners.delete(paymentId)
    }
  }
}

const signalOf = ({ signal }: WaitOptions): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal }

function progress({ onProgress }: WaitOptions, state: PaymentProgress['state'], message: string): void {
  try {
    onProgress?.({ state, message })
  } catch {
    // told, not asked
  }
}

const unknownId = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'this wallet knows no such payment',
    hint: 'Check the id; get_payments lists what there is.',
    sent: 'no',
  })
