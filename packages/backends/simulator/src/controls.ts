import type { Msat } from '@lightning-mcp/core'
import { ask, type Connection } from './service/connection.ts'
import type { TestInvoice, TestOffer, TestPayment } from './service/control-calls.ts'

/** The other side of this wallet's payments. */
export interface SimulatorControls {
  /** An invoice of the counterparty, for the wallet to pay. */
  createTestInvoice(request: { amountMsat: Msat; memo?: string }): Promise<TestInvoice>
  /** An offer of the counterparty, for the wallet to pay as often as it likes. */
  createTestOffer(request: { amountMsat?: Msat; memo?: string }): Promise<TestOffer>
  /** The counterparty pays an invoice; `pending`: it is held by its recipient. */
  payTestInvoice(request: { invoice: string; amountMsat?: Msat }): Promise<TestPayment>
  mineBlocks(request: { count: number }): Promise<{ blockHeight: number }>
}

export const createControls = (connection: Connection): SimulatorControls => ({
  createTestInvoice: (request) => ask(connection, undefined, 'createTestInvoice', request),
  createTestOffer: (request) => ask(connection, undefined, 'createTestOffer', request),
  payTestInvoice: (request) => ask(connection, undefined, 'payTestInvoice', request),
  mineBlocks: (request) => ask(connection, undefined, 'mineBlocks', request),
})
