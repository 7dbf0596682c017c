import { setTimeout as wait } from 'node:timers/promises'
import type {
  Invoice,
  LightningBackend,
  LightningEvent,
  PaymentHash,
  WatchRequest,
} from '@lightning-mcp/core'

/** How many events a reader may be behind before it is told a gap instead. */
const MOST_WAITING = 500
const FIRST_PAUSE_MS = 4

interface Reader {
  readonly wallet: LightningBackend
  waiting: LightningEvent[]
  ended: boolean
  link: AbortController
  wake(): void
}

/** Event streams as an adapter keeps them: they break, come back with growing pauses, tell a gap, and keep a bounded number of events. */
export interface SimulatedStreams {
  watch(wallet: LightningBackend, request: WatchRequest | undefined): AsyncIterable<LightningEvent>
  /** Cuts every stream. */
  break(): void
  /** Tells a payment that never came. */
  forge(paymentHash: PaymentHash): void
  flood(count: number): void
  /** While true no stream comes back. */
  refusing: boolean
  attempts: number[]
  /** The pause after so many failed tries. */
  pauseMs: (tries: number) => number
}

export function createSimulatedStreams(): SimulatedStreams {
  const readers = new Set<Reader>()

  const push = (reader: Reader, event: LightningEvent): void => {
    if (reader.waiting.length >= MOST_WAITING) reader.waiting = [{ type: 'gap' }]
    else reader.waiting.push(event)
    reader.wake()
  }
  const pushAll = (event: LightningEvent): void => {
    for (const reader of readers) push(reader, event)
  }

  /** Passes on the wallet's events until the link is cut or the wallet closed. */
  const follow = async (reader: Reader): Promise<void> => {
    const { signal } = reader.link
    for await (const event of reader.wallet.watch({ signal })) push(reader, event)
    if (signal.aborted) return
    reader.ended = true
    reader.wake()
  }

  const reconnect = async (reader: Reader): Promise<void> => {
    for (let tries = 0; streams.refusing && !reader.ended; tries++) {
      await wait(streams.pauseMs(tries))
      streams.attempts.push(performance.now())
    }
    if (reader.ended) return
    reader.link = new AbortController()
    const following = follow(reader)
    push(reader, { type: 'gap' })
    await following
  }

  const streams: SimulatedStreams = {
    refusing: false,
    attempts: [],
    pauseMs: (tries) => FIRST_PAUSE_MS * 2 ** tries,
    async *watch(wallet, request) {
      const reader: Reader = {
        wallet,
        waiting: [],
        ended: false,
        link: new AbortController(),
        wake: () => {},
      }
      const end = (): void => {
        reader.ended = true
        reader.wake()
      }
      request?.signal?.addEventListener('abort', end, { once: true })
      readers.add(reader)
      void follow(reader)
      try {
        while (!reader.ended) {
          const event = reader.waiting.shift()
          if (event !== undefined) yield event
          else
            await new Promise<void>((resolve) => {
              reader.wake = resolve
            })
        }
      } finally {
        readers.delete(reader)
        reader.link.abort()
      }
    },
    break() {
      for (const reader of readers) {
        reader.link.abort()
        void reconnect(reader)
      }
    },
    forge(paymentHash) {
      const now = Math.floor(Date.now() / 1000)
      const invoice: Invoice = { paymentHash, status: 'settled', createdAt: now, expiresAt: now + 1 }
      pushAll({ type: 'invoice-settled', invoice })
    },
    flood(count) {
      for (let index = 0; index < count; index++)
        pushAll({ type: 'channel-pending', channelId: String(index) })
    },
  }
  return streams
}
