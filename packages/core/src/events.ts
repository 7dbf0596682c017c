import type { CallOptions } from './call-options.ts'
import type { Invoice } from './invoice.ts'
import type { Payment } from './payment.ts'

/**
 * Something may have changed. A hint: events get lost, repeated and, on some backends, forged, so
 * every consumer re-reads the state by hash before it acts.
 */
export type LightningEvent =
  | {
      type: 'invoice-created' | 'invoice-accepted' | 'invoice-settled' | 'invoice-canceled'
      invoice: Invoice
    }
  | { type: 'payment-pending' | 'payment-settled' | 'payment-failed'; payment: Payment }
  | { type: 'channel-pending' | 'channel-opened' | 'channel-closed'; channelId: string }
  /** The stream broke and is back: what happened meanwhile was missed, so re-read what you wait for. */
  | { type: 'gap' }

export type LightningEventType = LightningEvent['type']

export interface WatchRequest extends CallOptions {
  /** Default: all. A `gap` is always delivered. */
  types?: readonly LightningEventType[]
}
