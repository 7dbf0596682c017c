import { createHash, randomBytes } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  declareCapabilities,
  type Invoice,
  type ListTransactionsRequest,
  type Msat,
  msat,
  type Page,
  type Payment,
  type PaymentHash,
  type Preimage,
  type Transaction,
} from '@lightning-mcp/core'

export interface BankRow {
  id: number
  owner: string
  payer?: string
  preimage: Preimage
  invoice: Invoice
}

/** What the example's backend talks to: in a real package, a node or a service behind a `client.ts`. */
export class Bank {
  readonly rows: BankRow[] = []
  readonly #balances = new Map<string, Msat>()

  now(): number {
    return Math.floor(Date.now() / 1000)
  }

  /** A row is the invoice and, once somebody has paid it, its payment. */
  find(paymentHash: PaymentHash): BankRow | undefined {
    return this.rows.find((row) => row.invoice.paymentHash === paymentHash)
  }

  bill(owner: string, request: { amountMsat: Msat; description: string; expirySeconds: number }): BankRow {
    const secret = randomBytes(32)
    const paymentHash = createHash('sha256').update(secret).digest('hex') as PaymentHash
    const createdAt = this.now()
    const text = encodeInvoice(
      {
        network: 'regtest',
        paymentHash,
        paymentSecret: randomBytes(32).toString('hex'),
        createdAt,
        ...request,
      },
      createHash('sha256').update(owner).digest(),
    )
    const { amountMsat, description, expirySeconds } = request
    const row: BankRow = {
      id: this.rows.length,
      owner,
      preimage: secret.toString('hex') as Preimage,
      invoice: {
        invoice: text,
        paymentHash,
        status: 'open',
        amountMsat,
        description,
        createdAt,
        expiresAt: createdAt + expirySeconds,
      },
    }
    this.rows.push(row)
    return row
  }

  pay(payer: string, row: BankRow, amountMsat: Msat): BankRow {
    this.#balances.set(payer, msat(this.balanceOf(payer) - amountMsat))
    this.deposit(row.owner, amountMsat)
    row.payer = payer
    row.invoice = {
      ...row.invoice,
      status: 'settled',
      receivedMsat: amountMsat,
      settledAt: this.now(),
      preimage: row.preimage,
    }
    return row
  }

  balanceOf(wallet: string): Msat {
    return this.#balances.get(wallet) ?? msat(0n)
  }

  deposit(wallet: string, amountMsat: Msat): void {
    this.#balances.set(wallet, msat(this.balanceOf(wallet) + amountMsat))
  }
}

/** What this backend can do, and how it treats units, fees and repeated hashes. */
export const bankProfile = (wallet: string): BackendProfile => ({
  identity: { kind: 'memory', network: 'regtest', id: wallet },
  version: '1',
  custodial: true,
  permissions: {
    read: 'granted',
    receive: 'granted',
    send: 'granted',
    channels: 'denied',
    onchain: 'denied',
    admin: 'denied',
  },
  capabilities: declareCapabilities({
    getInfo: 'native',
    getBalance: 'native',
    createInvoice: 'native',
    lookupInvoice: 'native',
    payInvoice: 'native',
    lookupPayment: 'native',
    listTransactions: 'native',
  }),
  precision: 'msat',
  feeLimit: 'enforced',
  duplicateGuard: 'by-hash',
  lookup: 'hash',
  events: 'poll',
})

export const rowAsPayment = ({ invoice, preimage }: BankRow): Payment => ({
  paymentHash: invoice.paymentHash,
  status: 'settled',
  amountMsat: invoice.receivedMsat!,
  feeMsat: msat(0n),
  preimage,
  settledAt: invoice.settledAt!,
})

export const rowAsInvoice = ({ invoice }: BankRow, now: number): Invoice =>
  invoice.status === 'open' && now >= invoice.expiresAt ? { ...invoice, status: 'expired' } : invoice

/** Newest first, with a cursor that new rows do not move. */
export function rowsAsPage(
  { rows, now }: { rows: readonly BankRow[]; now: number },
  wallet: string,
  query: ListTransactionsRequest,
): Page<Transaction> {
  const { direction, statuses, from = 0, to = Infinity, limit, cursor } = query
  const all = rows
    .filter((row) => (row.owner === wallet || row.payer === wallet) && row.id < Number(cursor ?? Infinity))
    .map((row) => rowAsTransaction(row, rowAsInvoice(row, now), wallet))
    .filter((row) => direction === undefined || row.direction === direction)
    .filter((row) => statuses === undefined || statuses.includes(row.status))
    .filter((row) => row.createdAt >= from && row.createdAt < to)
    .reverse()
  const items = all.slice(0, limit)
  return all.length > limit ? { items, nextCursor: items.at(-1)!.id } : { items }
}

const rowAsTransaction = (row: BankRow, invoice: Invoice, wallet: string): Transaction => ({
  id: String(row.id),
  direction: row.owner === wallet ? 'incoming' : 'outgoing',
  status: invoice.status,
  paymentHash: invoice.paymentHash,
  amountMsat: invoice.amountMsat!,
  createdAt: invoice.createdAt,
  ...(invoice.settledAt === undefined ? {} : { settledAt: invoice.settledAt, feeMsat: msat(0n) }),
})
