import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LndNode, startNetwork } from '@lightning-mcp/nodes'
import { openStage } from '../../packages/wallet/test/support/processes.ts'
import type { LndAccess, LndWorldOptions } from './lnd-world.ts'
import type { NodePayment, StormStage } from './storm.ts'

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

export interface LndStage extends StormStage {
  /** What a wallet of this stage sees, for one that runs in the test's own process. */
  readonly world: LndWorldOptions
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
        outgoing: async () => (await paymentsOf(payer, await invoicesOf(shop, memo))).map(toNodePayment),
        close: async () => {},
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

interface RawInvoice {
  memo: string
  r_hash: Buffer
  state: string
  amt_paid_msat: string
}

interface RawPayment {
  payment_hash: string
  status: string
  value_msat: string
  fee_msat: string
}

async function invoicesOf(shop: LndNode, memo: string): Promise<readonly RawInvoice[]> {
  const request = { num_max_invoices: '10000' }
  const { invoices } = await shop.call<{ invoices: RawInvoice[] }>('default', 'listInvoices', request)
  return invoices.filter((invoice) => invoice.memo === memo)
}

async function paymentsOf(payer: LndNode, invoices: readonly RawInvoice[]): Promise<readonly RawPayment[]> {
  const request = { include_incomplete: true }
  const { payments } = await payer.call<{ payments: RawPayment[] }>('default', 'listPayments', request)
  const hashes = new Set(invoices.map(({ r_hash }) => Buffer.from(r_hash).toString('hex')))
  return payments.filter(({ payment_hash }) => hashes.has(payment_hash))
}

const STATUSES: Readonly<Record<string, NodePayment['status']>> = { SUCCEEDED: 'settled', FAILED: 'failed' }

const toNodePayment = ({ status, value_msat, fee_msat }: RawPayment): NodePayment => ({
  amountMsat: BigInt(value_msat),
  feeMsat: BigInt(fee_msat),
  status: STATUSES[status] ?? 'pending',
})

async function readBooks(payer: LndNode, shop: LndNode, memo: string): Promise<LndBooks> {
  const invoices = await invoicesOf(shop, memo)
  const sent = (await paymentsOf(payer, invoices)).map(toNodePayment)
  const succeeded = sent.filter(({ status }) => status === 'settled')
  const paid = invoices.filter(({ state }) => state === 'SETTLED')
  return {
    payments: succeeded.length,
    open: sent.filter(({ status }) => status === 'pending').length,
    sumMsat: sum(succeeded.map(({ amountMsat, feeMsat }) => amountMsat + feeMsat)),
    paidInvoices: paid.length,
    receivedMsat: sum(paid.map(({ amt_paid_msat }) => BigInt(amt_paid_msat))),
  }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n)
