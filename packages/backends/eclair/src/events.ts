import { setTimeout as delay } from 'node:timers/promises'
import {
  type Invoice,
  LightningError,
  type LightningEvent,
  type LightningEventType,
  type Payment,
  type PaymentHash,
  paymentHash,
} from '@lightning-mcp/core'
import type { EclairClient } from './client.ts'
import { followSocket } from './event-socket.ts'
import { Mailbox } from './mailbox.ts'

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 30_000
/** A socket that lived this long had nothing wrong with it: the next delay is short again. */
const HEALTHY_AFTER_MS = 30_000
const PING_MS = 20_000
/** How many hints wait for a reader that does not read. */
const CAPACITY = 1_000
/** How many of what was told are remembered, so that it is not told again. */
const REMEMBERED = 5_000
/** Eclair tells of a payment at the moment it writes it down: then one look may be too early. */
const LOOKS = 3
const BETWEEN_LOOKS_MS = 100
/** How far the clocks of node and server may be apart for what was missed to be found. */
const CLOCK_SKEW_SECONDS = 120

/** What a frame says, before it was looked up. */
type Hint =
  | { kind: 'received' | 'sent' | 'failed'; hash: PaymentHash }
  | { kind: 'told'; event: LightningEvent }

export interface WatchOptions {
  client: EclairClient
  lookupInvoice(hash: PaymentHash, signal: AbortSignal): Promise<Invoice | undefined>
  lookupPayment(hash: PaymentHash, signal: AbortSignal): Promise<Payment | undefined>
  types: ReadonlySet<LightningEventType> | undefined
  /** Ends when the watch or the backend ends. */
  signal: AbortSignal
  pingMs?: number
}

/**
 * `/ws` as a stream that comes back by itself, with a `gap`. Eclair drops frames when it has ten to send,
 * so a frame is a hint: what is told is what a look-up by hash shows.
 */
export async function* watchEvents(options: WatchOptions): AsyncGenerator<LightningEvent> {
  const { signal, types } = options
  const ended = new AbortController()
  const whole = AbortSignal.any([signal, ended.signal])
  const mailbox = new Mailbox<Hint>(CAPACITY, { kind: 'told', event: { type: 'gap' } })
  const told = new Told()
  const stop = (): void => mailbox.close()
  whole.addEventListener('abort', stop, { once: true })
  if (whole.aborted) stop()
  const running = followEvents(options, whole, mailbox, told)
  running.catch((error: unknown) => mailbox.close(error))
  try {
    for (;;) {
      const hint = await mailbox.take()
      if (hint === undefined || whole.aborted) return
      if (!isWanted(hint, types)) continue
      const event = await toEvent(hint, options, whole, told)
      if (event !== undefined && (types === undefined || event.type === 'gap' || types.has(event.type)))
        yield event
    }
  } finally {
    ended.abort()
    await running.catch(() => {})
  }
}

/** Keeps a socket open, with growing delays between attempts. Rejects only where trying again is of no use. */
async function followEvents(
  { client, pingMs = PING_MS }: WatchOptions,
  signal: AbortSignal,
  mailbox: Mailbox<Hint>,
  told: Told,
): Promise<void> {
  let attempt = 0
  let broken = false
  let lastAlive = Date.now()
  // what is settled by now is no news
  await catchUp(client, lastAlive, signal, ({ kind, hash }) => told.isNew(`${kind} ${hash}`))
  while (!signal.aborted) {
    const started = Date.now()
    try {
      await followSocket({
        wire: await client.wire(),
        signal,
        pingMs,
        opened: () => {
          if (broken) mailbox.put({ kind: 'told', event: { type: 'gap' } })
          // between the call and the open socket, or while it was broken, nothing was heard
          void catchUp(client, lastAlive, signal, (hint) => mailbox.put(hint))
        },
        received: (frame) => {
          attempt = 0
          lastAlive = Date.now()
          const hint = readFrame(frame)
          if (hint !== undefined) mailbox.put(hint)
        },
      })
    } catch (error) {
      if (signal.aborted) return
      if (LightningError.is(error) && error.retry === 'never') throw error
    }
    broken = true
    if (Date.now() - started > HEALTHY_AFTER_MS) {
      attempt = 0
      lastAlive = Date.now()
    }
    await delay(backoff(attempt++), undefined, { signal, ref: false }).catch(() => {})
  }
}

/** Doubles, with a fifth of chance in it, so that many clients of one node do not come back at once. */
const backoff = (attempt: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 20)) * (0.9 + Math.random() * 0.2)

/** What `audit` has settled lately. Only a help: where it fails, the gap says enough. */
async function catchUp(
  client: EclairClient,
  sinceMs: number,
  signal: AbortSignal,
  found: (hint: { kind: 'received' | 'sent'; hash: PaymentHash }) => void,
): Promise<void> {
  try {
    const from = Math.max(0, Math.floor(sinceMs / 1000) - CLOCK_SKEW_SECONDS)
    const audit = (await client.call('audit', { from }, { signal })) as Record<string, unknown>
    for (const kind of ['received', 'sent'] as const) {
      const entries = audit[kind]
      if (!Array.isArray(entries)) continue
      for (const { paymentHash: hash } of entries as { paymentHash: string }[])
        found({ kind, hash: paymentHash(hash) })
    }
  } catch {
    // told by the gap
  }
}

const FRAME_KINDS: Readonly<Record<string, 'received' | 'sent' | 'failed'>> = {
  'payment-received': 'received',
  'payment-sent': 'sent',
  'payment-failed': 'failed',
}

/** `channel-opened` is what `channel-ready` was called before 0.14. */
const CHANNEL_FRAMES: Readonly<Record<string, 'channel-pending' | 'channel-opened' | 'channel-closed'>> = {
  'channel-funding-created': 'channel-pending',
  'channel-ready': 'channel-opened',
  'channel-opened': 'channel-opened',
  'channel-closed': 'channel-closed',
}

/** Channels that were refused before they were funded also end as `CLOSED`. */
const NEVER_FUNDED = /^WAIT_FOR_(INIT|OPEN|ACCEPT|DUAL_FUNDING_CREATED|FUNDING_CREATED|FUNDING_INTERNAL)/

export function readFrame(frame: unknown): Hint | undefined {
  const {
    type,
    paymentHash: hash,
    channelId,
    previousState,
    currentState,
  } = (frame ?? {}) as Record<string, unknown>
  if (typeof type !== 'string') return undefined
  const kind = FRAME_KINDS[type]
  if (kind !== undefined)
    return typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash)
      ? { kind, hash: paymentHash(hash) }
      : undefined
  if (typeof channelId !== 'string' || !/^[0-9a-f]{64}$/i.test(channelId)) return undefined
  const closed =
    type === 'channel-state-changed' &&
    currentState === 'CLOSED' &&
    typeof previousState === 'string' &&
    !NEVER_FUNDED.test(previousState)
  const event = closed ? 'channel-closed' : CHANNEL_FRAMES[type]
  return event === undefined ? undefined : { kind: 'told', event: { type: event, channelId } }
}

/** What nobody asked for need not be looked up. */
const isWanted = ({ kind }: Hint, types: WatchOptions['types']): boolean =>
  types === undefined ||
  kind === 'told' ||
  (kind === 'received'
    ? types.has('invoice-settled')
    : types.has('payment-settled') || types.has('payment-failed'))

/** What has become true, once; nothing for a hint that no look-up bears out. */
async function toEvent(
  hint: Hint,
  options: WatchOptions,
  signal: AbortSignal,
  told: Told,
): Promise<LightningEvent | undefined> {
  if (hint.kind === 'told') return hint.event
  if (told.has(`${hint.kind} ${hint.hash}`)) return undefined
  try {
    for (let looks = 0; looks < LOOKS; looks++) {
      if (looks > 0) await delay(BETWEEN_LOOKS_MS, undefined, { signal })
      const event = await lookUp(hint, options, signal)
      if (event !== undefined) return told.isNew(keyOf(event)) ? event : undefined
    }
    return undefined
  } catch {
    // what could not be read has to be read by whoever waits for it
    return signal.aborted ? undefined : { type: 'gap' }
  }
}

async function lookUp(
  { kind, hash }: Exclude<Hint, { kind: 'told' }>,
  { lookupInvoice, lookupPayment }: WatchOptions,
  signal: AbortSignal,
): Promise<PaymentEvent | undefined> {
  if (kind === 'received') {
    const invoice = await lookupInvoice(hash, signal)
    return invoice?.status === 'settled' ? { type: 'invoice-settled', invoice } : undefined
  }
  const payment = await lookupPayment(hash, signal)
  if (payment?.status === 'settled') return { type: 'payment-settled', payment }
  return payment?.status === 'failed' ? { type: 'payment-failed', payment } : undefined
}

type PaymentEvent = Extract<LightningEvent, { invoice: Invoice } | { payment: Payment }>

/** A hash is received and sent once at most, and may fail more often. */
const keyOf = (event: PaymentEvent): string =>
  'invoice' in event
    ? `received ${event.invoice.paymentHash}`
    : event.type === 'payment-failed'
      ? `failed ${event.payment.paymentHash} ${event.payment.backendId}`
      : `sent ${event.payment.paymentHash}`

/** Remembers what was told lately. */
class Told {
  readonly #keys = new Set<string>()

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  isNew(key: string): boolean {
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    if (this.#keys.size > REMEMBERED) this.#keys.delete(this.#keys.values().next().value!)
    return true
  }
}
