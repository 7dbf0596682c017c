import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulatedNetwork, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { decodeInvoice } from '@lightning-mcp/codec'
import { msat, satToMsat } from '@lightning-mcp/core'
import { createWallet, openSqliteStore } from '@lightning-mcp/wallet'
import { compare } from '../measure.ts'
import { comparison, heading } from '../report.ts'

/** One payment: the backend called directly, and the same through intents, limits and the ledger on disk. */
export const simulator = async (rounds: number): Promise<void> => {
  heading('a payment on the simulator')
  const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-bench-'))
  const network = createSimulatedNetwork({ seed: 'bench' })
  const backend = createSimulatorBackend({ network, node: 'alice' })
  const shop = createSimulatorBackend({ network, node: 'shop' })
  await backend.connect()
  await shop.connect()
  const wallet = createWallet({ backend, store: openSqliteStore({ path: join(folder, 'wallet.db') }) })
  await wallet.start()
  try {
    const calls = 40
    for (const parallel of [1, 16]) {
      const invoices: string[] = []
      for (let i = 0; i < calls * 2 * rounds + 64; i++) {
        const { invoice } = await shop.createInvoice({
          amountMsat: satToMsat(10n),
          description: `bench ${parallel} ${i}`,
          expirySeconds: 3600,
        })
        // decoded beforehand, so that both sides find it in the cache
        decodeInvoice(invoice as string)
        invoices.push(invoice as string)
      }
      const result = await compare({
        ours: { name: 'wallet', run: (i) => wallet.pay({ destination: invoices[i] as string }) },
        floor: {
          name: 'backend',
          run: (i) => backend.payInvoice({ invoice: invoices[i] as string, maxFeeMsat: msat(10_000n) }),
        },
        rounds,
        calls,
        parallel,
        warmup: 16,
      })
      comparison(`wallet over the bare simulator, ${parallel} at a time`, result, 'latency')
    }
  } finally {
    await wallet.stop()
    await shop.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
