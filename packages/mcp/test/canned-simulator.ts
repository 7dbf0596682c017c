import { msat } from '@lightning-mcp/core'
import type { SimulatorControls } from '../src/index.ts'
import { HASH } from './canned-wallet.ts'

export const cannedSimulator: SimulatorControls = {
  createTestInvoice: () => ({ invoice: 'lnbcrt10u1pcanned', paymentHash: HASH }),
  payTestInvoice: async () => ({ status: 'settled', paymentHash: HASH, feeMsat: msat(1n) }),
  mineBlocks: async ({ count }) => ({ blockHeight: 100 + count }),
}
