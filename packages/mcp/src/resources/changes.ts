import type { LightningEvent } from '@lightning-mcp/core'
import type { Wallet } from '@lightning-mcp/wallet'
import { invoiceUri, paymentUri } from './resources.ts'

export type ResourceListener = (uri: string) => void

export interface ResourceChanges {
  /** Told the URI of whatever may have changed, until the returned function is called. */
  listen(listener: ResourceListener): () => void
  /** A client knows this resource by now, so it may be waiting for it: it is told after a gap as well. */
  note(uri: string): void
  close(): void
}

/** How many resources are remembered as known to a client; the oldest is forgotten first. */
const MAX_NOTED = 1_000

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** An event is a hint, so all it gives is the URI to read again. */
async function urisOf(event: LightningEvent, wallet: Wallet, noted: Iterable<string>): Promise<string[]> {
  switch (event.type) {
    case 'gap':
      return [...new Set(['wallet://balance', 'wallet://budget', ...noted])]
    case 'invoice-created':
    case 'invoice-accepted':
    case 'invoice-canceled':
      return [invoiceUri(event.invoice.paymentHash)]
    case 'invoice-settled':
      return [invoiceUri(event.invoice.paymentHash), 'wallet://balance']
    case 'payment-pending':
    case 'payment-settled':
    case 'payment-failed': {
      const record = await wallet
        .getPayment({ paymentHash: event.payment.paymentHash })
        .catch(() => undefined)
      const own = record === undefined ? [] : [paymentUri(record.paymentId)]
      return [...own, 'wallet://balance', 'wallet://budget']
    }
    default:
      return ['wallet://balance', 'wallet://budget']
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    timer.unref()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/**
 * One watch of the wallet for all listeners, running while there is one. Whenever it has become live, at
 * the start and after a break, it tells all that a client knows, because that may have changed meanwhile.
 */
export function createResourceChanges(
  wallet: Wallet,
  onFault: (error: unknown, during: string) => void,
): ResourceChanges {
  const listeners = new Set<ResourceListener>()
  const noted = new Set<string>()
  let running: AbortController | undefined

  const tell = (uris: readonly string[]) => {
    for (const uri of uris) for (const listener of listeners) listener(uri)
  }

  async function watch(signal: AbortSignal): Promise<void> {
    let wait = FIRST_PAUSE_MS
    while (!signal.aborted) {
      try {
        for await (const event of wallet.watch({ signal })) {
          wait = FIRST_PAUSE_MS
          tell(await urisOf(event, wallet, noted))
        }
      } catch (error) {
        if (!signal.aborted) onFault(error, 'watch')
      }
      if (signal.aborted) return
      await pause(wait, signal)
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS)
    }
  }

  const stop = () => {
    running?.abort()
    running = undefined
  }

  return {
    listen(listener) {
      listeners.add(listener)
      if (running === undefined) {
        running = new AbortController()
        void watch(running.signal)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    note(uri) {
      noted.delete(uri)
      noted.add(uri)
      for (const oldest of noted) {
        if (noted.size <= MAX_NOTED) break
        noted.delete(oldest)
      }
    },
    close() {
      listeners.clear()
      stop()
    },
  }
}
