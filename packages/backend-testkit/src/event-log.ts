import { setImmediate as turn } from 'node:timers/promises'
import type { LightningBackend, LightningEvent } from '@lightning-mcp/core'

/** Events of one stream, in order, and a way to end it. */
export interface EventLog {
  readonly events: readonly LightningEvent[]
  /** Why the stream broke, where it threw. */
  readonly error: unknown
  stop(): Promise<void>
}

/** Starts to read the backend's events; live when it answers. */
export async function openEventLog(backend: LightningBackend): Promise<EventLog> {
  const controller = new AbortController()
  const events: LightningEvent[] = []
  const log = { events, error: undefined as unknown }
  const reading = (async () => {
    try {
      for await (const event of backend.watch({ signal: controller.signal })) events.push(event)
    } catch (error) {
      if (!controller.signal.aborted) log.error = error
    }
  })()
  await turn()
  return Object.assign(log, {
    async stop() {
      controller.abort()
      await reading
    },
  })
}

/** How often a settled invoice or payment with this hash was told. */
export const timesSettled = (log: EventLog, paymentHash: string): number =>
  log.events.filter(
    (event) =>
      (event.type === 'invoice-settled' && event.invoice.paymentHash === paymentHash) ||
      (event.type === 'payment-settled' && event.payment.paymentHash === paymentHash),
  ).length
