import type { ChainTransaction } from '../chain/transaction.ts'
import type { SimulatedChannel } from '../channels/channel.ts'
import type { SimulatedInvoice } from '../invoices/invoice.ts'
import type { NetworkCounters } from '../network-state.ts'
import type { SimulatedNode } from '../nodes/node.ts'
import type { SimulatedOffer } from '../offers/offer.ts'
import type { SimulatedForward } from '../payments/note-forwards.ts'
import type { SimulatedPayment } from '../payments/payment.ts'

/** One thing that the network remembers. */
export type StoredRecord =
  | { type: 'node'; value: SimulatedNode }
  | { type: 'channel'; value: SimulatedChannel }
  | { type: 'transaction'; value: ChainTransaction }
  | { type: 'invoice'; value: SimulatedInvoice }
  | { type: 'payment'; value: SimulatedPayment }
  | { type: 'offer'; value: SimulatedOffer }
  | { type: 'forward'; value: SimulatedForward }
  | { type: 'counters'; value: NetworkCounters }

/** Where a network keeps itself. */
export interface RecordStore {
  /** All that was written, in the order of creation. */
  read(): Iterable<StoredRecord>
  /** All of them or none; durable when it returns. */
  write(records: readonly StoredRecord[]): void
  close(): void
}

/** What tells a record from others of its type. */
export function recordKey(record: StoredRecord): string {
  switch (record.type) {
    case 'node':
      return record.value.name
    case 'channel':
      return record.value.id
    case 'transaction':
      return record.value.txId
    case 'invoice':
    case 'payment':
    case 'offer':
    case 'forward':
      return String(record.value.sequence)
    case 'counters':
      return ''
  }
}
