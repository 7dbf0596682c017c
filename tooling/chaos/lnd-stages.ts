import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LndNode, startNetwork } from '@lightning-mcp/nodes'
import { openStage, type Stage } from '../../packages/wallet/test/support/processes.ts'
import type { LndAccess, LndWorldOptions } from './lnd-world.ts'

/** What left for one stage, by the books of both nodes. */
export interface LndBooks {
  /** By the payer: succeeded payments of the stage's invoices, and those that are not over. */
  payments: number
  open: number
  sumMsat: bigint
  /** By the recipient: invoices that were paid, and with how much. */
  paidInvoices: number
  receivedMsat: bigint
}

export interface LndStage extends Stage {
  /** What a wallet of this stage sees, for one that runs in the test's own process. */
  readonly world: LndWorldOptions
  /** An invoice of the recipient. */
  invoice(amountMsat: bigint): Promise<string>
  books(): Promise<LndBooks>
}

export interface LndStages {
  stage(): LndStage
  /** What the payer has on its side of its channels. */
  balanceMsat(): Promise<bigint>
  close(): Promise<void>
}

const accessTo = ({ socket, certFile, macaroonFile }: LndNode): LndAccess => ({
  socket,
  certFile,
  macaroonFile,
})

/** Real nodes, and wallets of their own on one of them, paying over two hops. */
export async function startLndStages(): Promise<LndStages> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-lnd-'))
  const network = await startNetwork()
  const [shop, , payer] = network.nodes as [LndNode, LndNode, LndNode]
  let count = 0
  return {
    stage() {
      const memo = `stage-${count++}`
      const options: LndWorldOptions = { payer: accessTo(payer), shop: accessTo(shop), memo }
      const module = join(import.meta.dirname, 'lnd-world.ts')
      return {
        world: options,
        ...openStage(memo, folder, { module, options: { ...options } }, { speed: 15 }),
        async invoice(amountMsat) {
          const { payment_request } = await shop.call<{ payment_request: string }>('default', 'addInvoice', {
            value_msat: `${amountMsat}`,
            memo,
          })
          return payment_request
        },
        books: () => readBooks(payer, shop, memo),
      }
    },
    async balanceMsat() {
      const { local_balance } = await payer.call<{ local_balance: { msat: string } }>(
        'default',
        'channelBalance',
      )
      return BigInt(local_balance.msat)
    },
    async close() {
      await network.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function readBooks(payer: LndNode, shop: LndNode, memo: string): Promise<LndBooks> {
  type Invoice = { memo: string; r_hash: Buffer; state: string; amt_paid_msat: string }
  type Payment = { payment_hash: string; status: string; value_msat: string; fee_msat: string }
  const [{ invoices }, { payments }] = await Promise.all([
    shop.call<{ invoices: Invoice[] }>('default', 'listInvoices', { num_max_invoices: '10000' }),
    payer.call<{ payments: Payment[] }>('default', 'listPayments', { include_incomplete: true }),
  ])
  const ours = invoices.filter((invoice) => invoice.memo === memo)
  const hashes = new Set(ours.map(({ r_hash }) => Buffer.from(r_hash).toString('hex')))
  const sent = payments.filter(({ payment_hash }) => hashes.has(payment_hash))
  const succeeded = sent.filter(({ status }) => status === 'SUCCEEDED')
  const paid = ours.filter(({ state }) => state === 'SETTLED')
  return {
    payments: succeeded.length,
    open: sent.filter(({ status }) => status === 'IN_FLIGHT' || status === 'INITIATED').length,
    sumMsat: sum(succeeded.map(({ value_msat, fee_msat }) => BigInt(value_msat) + BigInt(fee_msat))),
    paidInvoices: paid.length,
    receivedMsat: sum(paid.map(({ amt_paid_msat }) => BigInt(amt_paid_msat))),
  }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)
