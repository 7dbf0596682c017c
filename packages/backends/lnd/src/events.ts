import { setTimeout as delay } from 'node:timers/promises'
import {
  type ErrorCode,
  LightningError,
  type LightningEvent,
  type LightningEventType,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { LndClient, LndStream } from './client.ts'
import { mapLndError } from './errors.ts'
import { EventQueue } from './event-queue.ts'
import type { StreamMessages, StreamMethod } from './methods.ts'
import { toInvoice, toPayment } from './to-core.ts'

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 30_000
/** A stream that lived this long had nothing wrong with it: the next delay is short again. */
const HEALTHY_AFTER_MS = 30_000

export interface WatchOptions {
  client: LndClient
  types: ReadonlySet<LightningEventType> | undefined
  /** Whether TrackPayments may be called. */
  payments: boolean
  /** Ends when the watch or the backend ends. */
  signal: AbortSignal
  now: () => UnixSeconds
}

/** SubscribeInvoices and TrackPayments as one stream that comes back by itself, with a `gap`. */
export async function* watchEvents(options: WatchOptions): AsyncGenerator<LightningEvent> {
  const { signal, types } = options
  const ended = new AbortController()
  const whole = AbortSignal.any([signal, ended.signal])
  const queue = new EventQueue<LightningEvent>({ type: 'gap' })
  const emit = (event: LightningEvent): void => {
    if (types === undefined || event.type === 'gap' || types.has(event.type)) queue.push(event)
  }
  const stop = (): void => queue.end()
  whole.addEventListener('abort', stop, { once: true })
  if (whole.aborted) stop()
  const running = [followInvoices(options, whole, emit)]
  if (options.payments)
    running.push(
      followPayments(options, whole, emit).catch((error: unknown) => {
        // an LND or a proxy without TrackPayments: invoices are told all the same
        if (!LightningError.is(error) || error.code !== 'unsupported') throw error
      }),
    )
  for (const stream of running) stream.catch((error: unknown) => queue.end(error))
  try {
    yield* queue
  } finally {
    ended.abort()
    await Promise.allSettled(running)
  }
}

function followInvoices(
  { client, now }: WatchOptions,
  signal: AbortSignal,
  emit: (event: LightningEvent) => void,
) {
  // where LND goes on after a break, so that nothing that happened meanwhile is missed
  let addIndex = 0n
  let settleIndex = 0n
  // after a break LND tells an invoice as added, in the state it has by then, and again as settled
  const told = new Recent()
  return follow(client, 'subscribeInvoices', signal, emit, {
    request: () => ({ add_index: String(addIndex), settle_index: String(settleIndex) }),
    receive: (raw) => {
      const settled = BigInt(raw.settle_index)
      const added = BigInt(raw.add_index)
      if (raw.r_hash.length !== 32) return
      const invoice = toInvoice(raw, now())
      if (invoice.status === 'settled' && told.isNew(`settled ${settled}`))
        emit({ type: 'invoice-settled', invoice })
      else if (invoice.status === 'open' && told.isNew(`added ${added}`))
        emit({ type: 'invoice-created', invoice })
      if (added > addIndex) addIndex = added
      if (settled > settleIndex) settleIndex = settled
    },
  })
}

function followPayments(
  { client, types }: WatchOptions,
  signal: AbortSignal,
  emit: (event: LightningEvent) => void,
) {
  const wantsPending = types === undefined || types.has('payment-pending')
  /** Attempts told to be under way, by LND's index, so that each is told once. */
  const pending = new Set<string>()
  return follow(client, 'trackPayments', signal, emit, {
    request: () => ({ no_inflight_updates: !wantsPending }),
    receive: (raw) => {
      const payment = toPayment(raw)
      if (payment.status === 'pending') {
        if (pending.has(raw.payment_index)) return
        pending.add(raw.payment_index)
        emit({ type: 'payment-pending', payment })
        return
      }
      pending.delete(raw.payment_index)
      if (payment.status === 'settled') emit({ type: 'payment-settled', payment })
      else if (payment.status === 'failed') emit({ type: 'payment-failed', payment })
    },
  })
}

/** Remembers what was told lately. */
class Recent {
  readonly #seen = new Set<string>()

  isNew(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    if (this.#seen.size > 2000) this.#seen.delete(this.#seen.values().next().value ?? '')
    return true
  }
}

interface Followed<M extends StreamMethod> {
  request(): object
  receive(message: StreamMessages[M]): void
}

/** Errors that trying again does not heal. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['permission_denied', 'unauthenticated', 'unsupported'])

/** Keeps one stream open, with growing delays between attempts. Rejects only where trying again is of no use. */
async function follow<M extends StreamMethod>(
  client: LndClient,
  method: M,
  signal: AbortSignal,
  emit: (event: LightningEvent) => void,
  { request, receive }: Followed<M>,
): Promise<void> {
  let attempt = 0
  let broken = false
  while (!signal.aborted) {
    const opened = Date.now()
    let stream: LndStream<StreamMessages[M]> | undefined
    const cancel = (): void => stream?.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      await client.ready(signal)
      stream = await client.openStream(method, request())
      if (signal.aborted) return
      if (broken) emit({ type: 'gap' })
      broken = false
      for await (const message of stream.messages) {
        attempt = 0
        receive(message)
      }
    } catch (error) {
      if (signal.aborted) return
      const mapped = mapLndError(error)
      if (FATAL.has(mapped.code) || mapped.retry === 'never') throw mapped
    } finally {
      signal.removeEventListener('abort', cancel)
      stream?.cancel()
    }
    broken = true
    if (Date.now() - opened > HEALTHY_AFTER_MS) attempt = 0
    await delay(backoff(attempt++), undefined, { signal, ref: false }).catch(() => {})
  }
}

/** Doubles, with a fifth of chance in it, so that many clients of one node do not come back at once. */
const backoff = (attempt: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 20)) * (0.9 + Math.random() * 0.2)
