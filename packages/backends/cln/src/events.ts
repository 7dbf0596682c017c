import { setTimeout as delay } from 'node:timers/promises'
import type {
  ErrorCode,
  LightningEvent,
  LightningEventType,
  Payment,
  PaymentHash,
  UnixSeconds,
} from '@lightning-mcp/core'
import type { ClnClient } from './client.ts'
import { BATCH } from './descending.ts'
import { mapClnError } from './errors.ts'
import type { Method } from './methods.ts'
import { CAPACITY, Outbox } from './outbox.ts'
import { toHash, toInvoice, toList } from './to-core.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 30_000
/** Polls that lived this long had nothing wrong with them: the next delay is short again. */
const HEALTHY_AFTER_MS = 30_000
/** A long poll has no end of its own; a connection that died unseen is noticed by then. */
const POLL_TIMEOUT_MS = 3_600_000
const LEARN_TIMEOUT_MS = 10_000
/** How soon a payment whose parts have failed, and which may go on, is looked at again. */
const RECHECK_MS = 2_000
const MOST_UNDECIDED = 1000

export interface WatchOptions {
  client: ClnClient
  has(method: Method): boolean
  types: ReadonlySet<LightningEventType> | undefined
  lookUpPayment(client: ClnClient, hash: PaymentHash, signal: AbortSignal): Promise<Payment | undefined>
  /** Ends when the watch or the backend ends. */
  signal: AbortSignal
  now: () => UnixSeconds
}

/** What `wait` numbers, where this stream goes on, and what it tells of the rows above. */
interface Feed {
  subsystem: 'invoices' | 'sendpays'
  indexname: 'created' | 'updated'
  /** Number of the last change that was told; until the first answer, none. */
  position: number | undefined
  tell(client: ClnClient, from: number, signal: AbortSignal): Promise<number>
}

/** Long polls of `wait` as one stream that comes back by itself, with a `gap`, and goes on where it was. */
export async function* watchEvents(options: WatchOptions): AsyncGenerator<LightningEvent> {
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const outbox = new Outbox<LightningEvent>({ type: 'gap' })
  const stop = (): void => outbox.end()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const running = new Watch(options, outbox).run(signal).catch((error: unknown) => outbox.end({ error }))
  try {
    yield* outbox.read()
  } finally {
    ended.abort()
    await running
  }
}

/** Errors that trying again does not heal. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['permission_denied', 'unauthenticated', 'unsupported'])

class Watch {
  readonly #options: WatchOptions
  readonly #outbox: Outbox<LightningEvent>
  readonly #feeds: readonly Feed[]
  /** Payments told as settled or failed lately: several parts are one payment. */
  readonly #told = new Set<string>()
  /** Payments with failed parts that may still go on. */
  readonly #undecided = new Set<PaymentHash>()

  constructor(options: WatchOptions, outbox: Outbox<LightningEvent>) {
    this.#options = options
    this.#outbox = outbox
    const payments = options.has('listsendpays') && options.has('listpays')
    const wanted = (...types: LightningEventType[]): boolean =>
      options.types === undefined || types.some((type) => options.types?.has(type))
    this.#feeds = [
      ...(wanted('invoice-settled') ? [this.#invoices('updated')] : []),
      ...(wanted('invoice-created') ? [this.#invoices('created')] : []),
      ...(payments && wanted('payment-settled', 'payment-failed') ? [this.#payments('updated')] : []),
      ...(payments && wanted('payment-pending') ? [this.#payments('created')] : []),
    ]
  }

  /** Keeps the polls open, with growing delays between attempts. Rejects only where trying again is of no use. */
  async run(signal: AbortSignal): Promise<void> {
    let attempt = 0
    let broken = false
    await this.#learnPositions(signal)
    while (!signal.aborted) {
      const opened = performance.now()
      const client = this.#options.client.another()
      const ended = new AbortController()
      const whole = AbortSignal.any([signal, ended.signal])
      try {
        await client.ready(whole)
        if (broken) this.#emit({ type: 'gap' })
        broken = false
        await Promise.all([
          ...this.#feeds.map((feed) => this.#follow(feed, client, whole)),
          this.#settleUndecided(client, whole),
        ])
      } catch (error) {
        if (signal.aborted) return
        const mapped = mapClnError(error)
        if (FATAL.has(mapped.code) || mapped.retry === 'never') throw mapped
      } finally {
        ended.abort()
        client.close()
      }
      broken = true
      if (performance.now() - opened > HEALTHY_AFTER_MS) attempt = 0
      await delay(backoff(attempt++), undefined, { signal, ref: false }).catch(() => {})
    }
  }

  /**
   * Where everything stands, asked over the connection of the backend's other calls: what they do from
   * now on comes after it. Where it fails, the polls learn it once they are up.
   */
  async #learnPositions(signal: AbortSignal): Promise<void> {
    await Promise.allSettled(
      this.#feeds.map(async (feed) => {
        feed.position = await this.#wait(feed, this.#options.client, signal, LEARN_TIMEOUT_MS)
      }),
    )
  }

  async #follow(feed: Feed, client: ClnClient, signal: AbortSignal): Promise<void> {
    for (;;) {
      const newest = await this.#wait(feed, client, signal, POLL_TIMEOUT_MS)
      // more than any reader is kept waiting for
      if (feed.position === undefined) feed.position = newest
      else if (newest - feed.position > CAPACITY) {
        feed.position = newest
        this.#emit({ type: 'gap' })
      } else if (newest > feed.position) feed.position = await feed.tell(client, feed.position + 1, signal)
    }
  }

  /** Blocks until something has happened after the position; at first, asks for the position alone. */
  async #wait(
    { subsystem, indexname, position }: Feed,
    client: ClnClient,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<number> {
    const nextvalue = position === undefined ? 0 : position + 1
    const options = { signal, timeoutMs }
    const answer = await client.call('wait', { subsystem, indexname, nextvalue }, options)
    return Number(answer[indexname] ?? 0)
  }

  #invoices(indexname: 'created' | 'updated'): Feed {
    return {
      subsystem: 'invoices',
      indexname,
      position: undefined,
      tell: async (client, from, signal) => {
        const params = { index: indexname, start: from, limit: BATCH }
        const invoices = toList((await client.call('listinvoices', params, { signal })).invoices)
        for (const raw of invoices) {
          const invoice = toInvoice(raw, this.#options.now())
          if (indexname === 'updated' && invoice.status === 'settled')
            this.#emit({ type: 'invoice-settled', invoice })
          else if (indexname === 'created' && invoice.status === 'open')
            this.#emit({ type: 'invoice-created', invoice })
        }
        return highest(invoices, indexname, from)
      },
    }
  }

  #payments(indexname: 'created' | 'updated'): Feed {
    return {
      subsystem: 'sendpays',
      indexname,
      position: undefined,
      tell: async (client, from, signal) => {
        const params = { index: indexname, start: from, limit: BATCH }
        const parts = toList((await client.call('listsendpays', params, { signal })).payments)
        for (const part of parts) {
          const hash = toHash(part.payment_hash)
          const attempt = `${hash} ${part.groupid}`
          if (indexname === 'created') {
            if (part.status === 'pending' && this.#isNew(`pending ${attempt}`))
              this.#emit({ type: 'payment-pending', payment: { paymentHash: hash, status: 'pending' } })
          } else if (part.status === 'complete') await this.#tellPayment(client, hash, signal)
          else if (part.status === 'failed') {
            this.#postpone(hash)
            await this.#tellPayment(client, hash, signal)
          }
        }
        return highest(parts, indexname, from)
      },
    }
  }

  /** Once for each outcome of a hash; a payment that failed may be made anew. */
  async #tellPayment(client: ClnClient, hash: PaymentHash, signal: AbortSignal): Promise<void> {
    const payment = await this.#options.lookUpPayment(client, hash, signal)
    if (payment?.status === 'settled') {
      this.#undecided.delete(hash)
      if (this.#isNew(`settled ${hash}`)) this.#emit({ type: 'payment-settled', payment })
    } else if (payment?.status === 'failed') {
      if (this.#undecided.delete(hash)) this.#emit({ type: 'payment-failed', payment })
    } else if (payment === undefined) this.#undecided.delete(hash)
  }

  #postpone(hash: PaymentHash): void {
    this.#undecided.add(hash)
    if (this.#undecided.size > MOST_UNDECIDED) this.#undecided.delete(firstOf(this.#undecided))
  }

  async #settleUndecided(client: ClnClient, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(RECHECK_MS, undefined, { signal, ref: false })
      for (const hash of [...this.#undecided]) await this.#tellPayment(client, hash, signal)
    }
  }

  #isNew(key: string): boolean {
    if (this.#told.has(key)) return false
    this.#told.add(key)
    if (this.#told.size > 2 * CAPACITY) this.#told.delete(firstOf(this.#told))
    return true
  }

  #emit(event: LightningEvent): void {
    const { types } = this.#options
    if (types === undefined || event.type === 'gap' || types.has(event.type)) this.#outbox.put(event)
  }
}

const firstOf = <T>(set: Set<T>): T => set.values().next().value as T

/** Where the next poll goes on: at the highest row that was read, or past a row that was deleted meanwhile. */
const highest = (
  rows: readonly { created_index?: number; updated_index?: number }[],
  indexname: 'created' | 'updated',
  from: number,
): number => Math.max(from, ...rows.map((row) => Number(row[`${indexname}_index`] ?? 0)))

/** Doubles, with a fifth of chance in it, so that many clients of one node do not come back at once. */
const backoff = (attempt: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 20)) * (0.9 + Math.random() * 0.2)
