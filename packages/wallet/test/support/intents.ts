import { msat, type PaymentHash } from '@lightning-mcp/core'
import type { Intent } from '../../src/intents/intent.ts'
import { newPaymentId } from '../../src/payment-id.ts'
import { randomPreimage } from './invoices.ts'

/** A dispatched one, and what a test wants different. */
export const intent = (change: Partial<Intent> = {}): Intent => ({
  paymentId: newPaymentId(Date.now()),
  account: 'default',
  backendKind: 'fake',
  backendNetwork: 'regtest',
  backendId: 'node-a',
  kind: 'invoice',
  state: 'dispatched',
  attempt: 1,
  destination: 'somewhere',
  paymentHash: randomPreimage() as unknown as PaymentHash,
  invoiceHasAmount: true,
  amountMsat: msat(5n),
  maxFeeMsat: msat(1n),
  bookedMsat: msat(6n),
  feeProvisional: false,
  warnings: [],
  createdAtMs: 1,
  updatedAtMs: 1,
  leaseUntilMs: 0,
  nextLookupAtMs: 0,
  lookups: 0,
  ...change,
})
