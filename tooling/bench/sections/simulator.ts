import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSimulatedNetwork, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { decodeInvoice } from '@lightning-mcp/codec'
import { msat, satToMsat } from '@lightning-mcp/core'
import { createWallet, openSqliteStore } from '@lightning-mcp/wallet'
import { compare, median } from '../measure.ts'
import { comparison, heading, line } from '../report.ts'

/** What a payment cannot do without: two commits that are on disk, before the send and after the answer. */
const twoDurableCommits = (folder: string): number => {
  const database = new DatabaseSync(join(folder, 'floor.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER, b TEXT)')
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)')
  const durations: number[] = []
  for (let i = 0; i < 200; i++) {
    const started = performance.now()
    for (let commit = 0; commit < 2; commit++) {
      database.exec('BEGIN IMMEDIATE')
      insert.run(i, 'x'.repeat(600))
      database.exec('COMMIT')
    }
    durations.push(performance.now() - started)
  }
  database.close()
  return median(durations)
}

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
    line('two durable commits on this disk', `${twoDurableCommits(folder).toFixed(2)} ms`)
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
