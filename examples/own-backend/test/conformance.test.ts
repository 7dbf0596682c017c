import { runConformance } from '@lightning-mcp/backend-testkit'
import { nodeId, satToMsat } from '@lightning-mcp/core'
import { describe, test } from 'vitest'
import { Bank } from '../bank.ts'
import { createMemoryBackend } from '../memory-backend.ts'

await runConformance({
  describe,
  test,
  harness: {
    name: 'memory bank',
    network: 'regtest',
    async openStage() {
      const bank = new Bank()
      bank.deposit('ours', satToMsat(2_000_000n))
      bank.deposit('theirs', satToMsat(2_000_000n))
      const theirs = createMemoryBackend({ bank, wallet: 'theirs' })
      return {
        backends: { full: () => createMemoryBackend({ bank, wallet: 'ours' }) },
        counterparty: {
          nodeId: nodeId(`02${'11'.repeat(32)}`),
          createInvoice: async ({ amountMsat, description = '', expirySeconds = 3600 }) => {
            const made = await theirs.createInvoice({
              description,
              expirySeconds,
              ...(amountMsat === undefined ? {} : { amountMsat }),
            })
            return { invoice: made.invoice!, paymentHash: made.paymentHash }
          },
          pay: async ({ invoice }) => {
            await theirs.payInvoice({ invoice, maxFeeMsat: satToMsat(0n) })
          },
        },
        close: async () => {},
      }
    },
  },
})
