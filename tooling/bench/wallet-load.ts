import { createHash, randomBytes } from 'node:crypto'
import { decodeInvoice, encodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  declareCapabilities,
  type LightningBackend,
  LightningError,
  msat,
  type Payment,
  satToMsat,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { createWallet, type Wallet, type WalletStore } from '@lightning-mcp/wallet'
import { median } from './measure.ts'

const capabilities = declareCapabilities({
  getInfo: 'native',
  getBalance: 'native',
  payInvoice: 'native',
  lookupPayment: 'native',
  listTransactions: 'native',
})

export const BENCH_IDENTITY = { kind: 'bench', network: 'regtest', id: `02${'b'.repeat(64)}` } as const

const PROFILE: BackendProfile = {
  identity: BENCH_IDENTITY,
  version: '1',
  custodial: false,
  permissions: {
    read: 'granted',
    receive: 'granted',
    send: 'granted',
    channels: 'denied',
    onchain: 'denied',
    admin: 'denied',
  },
  capabilities,
  precision: 'msat',
  feeLimit: 'enforced',
  duplicateGuard: 'none',
  lookup: 'hash',
  events: 'poll',
}

/** Sees what a backend cannot but cost: the time between the call and the answer is counted. */
export interface InstantBackend {
  backend: LightningBackend
  /** How many milliseconds were spent inside it. */
  spentMs(): number
}

/** A node that settles whatever it is given, at once, and says what it moved only where asked. */
export function instantBackend(history: () => readonly Payment[] = () => []): InstantBackend {
  let spentMs = 0
  const unused = (): never => {
    throw new LightningError({ code: 'unsupported', message: 'not part of this bench' })
  }
  const backend: LightningBackend = {
    kind: 'bench',
    capabilities,
    connect: async () => PROFILE,
    getInfo: async () => ({ network: 'regtest' }),
    getBalance: async () => ({ spendableMsat: satToMsat(1_000_000_000n) }),
    createInvoice: async () => unused(),
    lookupInvoice: async () => undefined,
    async payInvoice({ invoice }) {
      const started = performance.now()
      const { paymentHash, amountMsat } = decodeInvoice(invoice)
      const answer = {
        paymentHash,
        status: 'settled',
        amountMsat: amountMsat ?? ZERO_MSAT,
        feeMsat: ZERO_MSAT,
        settledAt: Math.floor(Date.now() / 1000),
      } as const
      spentMs += performance.now() - started
      return answer
    },
    lookupPayment: async () => undefined,
    listTransactions: async () => ({
      items: history().map((payment) => ({
        id: payment.paymentHash,
        direction: 'outgoing' as const,
        status: 'settled' as const,
        paymentHash: payment.paymentHash,
        createdAt: payment.createdAt ?? 0,
      })),
    }),
    watch: () => unused(),
    close: async () => {},
  }
  return { backend, spentMs: () => spentMs }
}

export const benchWallet = (store: WalletStore, backend = instantBackend().backend): Wallet =>
  createWallet({ backend, store })

/** One sat each, so that thousands fit into the default limit of a day. */
export function makeInvoices(count: number): string[] {
  const createdAt = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, () =>
    encodeInvoice(
      {
        network: 'regtest',
        paymentHash: createHash('sha256').update(randomBytes(32)).digest('hex') as Payment['paymentHash'],
        paymentSecret: '22'.repeat(32),
        createdAt,
        expirySeconds: 86_400,
        description: 'a coffee and a sandwich',
        amountMsat: msat(1_000n),
      },
      '11'.repeat(32),
    ),
  )
}

/** No more than the codec remembers. */
const BATCH = 192

export interface Load {
  perSecond: number
  p50Ms: number
  decodeMsEach: number
  /** CPU of the whole process while it paid, for each payment. */
  cpuMsEach: number
}

/** Pays each invoice, `parallel` at a time. They are decoded beforehand, in batches that the codec's memory holds. */
export async function payAll(wallet: Wallet, invoices: readonly string[], parallel: number): Promise<Load> {
  const durations: number[] = []
  let payingMs = 0
  let decodingMs = 0
  let cpuMs = 0
  for (let from = 0; from < invoices.length; from += BATCH) {
    const batch = invoices.slice(from, from + BATCH)
    const decoding = performance.now()
    for (const invoice of batch) decodeInvoice(invoice)
    decodingMs += performance.now() - decoding
    const waiting = batch.values()
    const started = performance.now()
    const cpu = process.cpuUsage()
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const destination of waiting) {
          const began = performance.now()
          const { state } = await wallet.pay({ destination, maxFeeMsat: ZERO_MSAT })
          if (state !== 'settled') throw new Error(`a payment ended ${state}`)
          durations.push(performance.now() - began)
        }
      }),
    )
    payingMs += performance.now() - started
    const { user, system } = process.cpuUsage(cpu)
    cpuMs += (user + system) / 1000
  }
  return {
    perSecond: (invoices.length * 1000) / payingMs,
    p50Ms: median(durations),
    decodeMsEach: decodingMs / invoices.length,
    cpuMsEach: cpuMs / invoices.length,
  }
}
