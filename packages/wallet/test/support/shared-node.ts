import { decodeInvoice, encodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendIdentity,
  type CreateInvoiceRequest,
  declareCapabilities,
  type Invoice,
  type InvoiceStatus,
  type LightningBackend,
  LightningError,
  type Msat,
  msat,
  type NodeId,
  type PaymentHash,
  type Preimage,
} from '@lightning-mcp/core'
import { FakeNode, type FakeNodeOptions } from './fake-node.ts'
import { hashOf, randomPreimage } from './invoices.ts'

const PRIVATE_KEY = '33'.repeat(32)

const capabilities = declareCapabilities({
  getInfo: 'native',
  getBalance: 'native',
  createInvoice: 'native',
  'createInvoice.amountless': 'native',
  'createInvoice.preimage': 'native',
  lookupInvoice: 'native',
  'invoices.cancel': 'native',
  payInvoice: 'native',
  'payInvoice.amountless': 'native',
  lookupPayment: 'native',
  listTransactions: 'native',
})

/** The node's key, as any reader of one of its invoices finds it. */
const nodeId = (() => {
  const invoice = encodeInvoice(
    {
      network: 'regtest',
      paymentHash: '00'.repeat(32) as PaymentHash,
      paymentSecret: '22'.repeat(32),
      createdAt: 1,
      description: '',
    },
    PRIVATE_KEY,
  )
  return decodeInvoice(invoice).payee as NodeId
})()

interface Kept extends Invoice {
  status: Exclude<InvoiceStatus, 'expired'>
  secret: Preimage
}

/** What a cancellation comes to. `lose-request`: nothing happens; `lose-reply`: it happens, and nobody is told. */
export type CancelScript = 'cancel' | 'lose-request' | 'lose-reply' | 'refuse'

/**
 * A node that several accounts share: it makes invoices, takes money from outside, cancels, and keeps
 * count of what it can spend. `payInvoice` follows the scripts of `FakeNode`.
 */
export class SharedNode extends FakeNode {
  readonly invoices = new Map<PaymentHash, Kept>()
  /** At the beginning, before anything came or went. */
  fundedMsat: bigint
  cancelScript: CancelScript = 'cancel'
  readonly cancels: PaymentHash[] = []
  /** Thrown by `getBalance` alone. */
  balanceFault: LightningError | undefined
  readonly #now: () => number

  constructor(nowMs: () => number, { fundedMsat = 1_000_000_000n, ...options }: SharedNodeOptions = {}) {
    super(nowMs, { id: nodeId, capabilities, ...options })
    this.#now = nowMs
    this.fundedMsat = fundedMsat
  }

  get identity(): BackendIdentity {
    return this.profile.identity
  }

  /** Somebody outside pays an invoice. False: the node does not take it. */
  payFromOutside(paymentHash: PaymentHash, amountMsat?: bigint): boolean {
    const kept = this.invoices.get(paymentHash)
    if (kept?.status !== 'open' || this.#seconds() >= kept.expiresAt) return false
    const { secret } = kept
    this.invoices.set(paymentHash, {
      ...kept,
      status: 'settled',
      receivedMsat: msat(amountMsat ?? kept.amountMsat ?? 0n),
      settledAt: this.#seconds(),
      preimage: secret,
    })
    return true
  }

  /** Everything that came from outside. */
  get receivedMsat(): bigint {
    return [...this.invoices.values()].reduce((sum, { receivedMsat = 0n }) => sum + receivedMsat, 0n)
  }

  /** What is gone or in flight, with the most it may cost. */
  get outMsat(): bigint {
    return [...this.payments.values()]
      .filter(({ status }) => status === 'settled' || status === 'pending')
      .reduce(
        (sum, { amountMsat = 0n, feeMsat, status }) =>
          sum + amountMsat + (status === 'settled' ? (feeMsat ?? 0n) : 0n),
        0n,
      )
  }

  get spendableMsat(): bigint {
    return this.fundedMsat + this.receivedMsat - this.outMsat
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000)
  }

  #create(request: CreateInvoiceRequest): Invoice {
    const secret = request.preimage ?? randomPreimage()
    const paymentHash = hashOf(secret)
    if (this.invoices.has(paymentHash))
      throw new LightningError({ code: 'already_exists', message: 'there is one of that hash' })
    const createdAt = this.#seconds()
    const { expirySeconds, amountMsat, description = '' } = request
    const invoice = encodeInvoice(
      {
        network: 'regtest',
        paymentHash,
        paymentSecret: '22'.repeat(32),
        createdAt,
        expirySeconds,
        description,
        ...(amountMsat === undefined ? {} : { amountMsat }),
      },
      PRIVATE_KEY,
    )
    const kept: Kept = {
      invoice,
      paymentHash,
      status: 'open',
      description,
      createdAt,
      expiresAt: createdAt + expirySeconds,
      secret,
      ...(amountMsat === undefined ? {} : { amountMsat }),
    }
    this.invoices.set(paymentHash, kept)
    return this.#shown(kept)
  }

  #shown({ secret: _, ...kept }: Kept): Invoice {
    const overdue = kept.status === 'open' && this.#seconds() >= kept.expiresAt
    return overdue ? { ...kept, status: 'expired' } : kept
  }

  #cancel(paymentHash: PaymentHash): Invoice {
    this.cancels.push(paymentHash)
    const lost = () => new LightningError({ code: 'unavailable', message: 'no answer', sent: 'maybe' })
    const kept = this.invoices.get(paymentHash)
    if (this.cancelScript === 'lose-request') throw lost()
    if (this.cancelScript === 'refuse')
      throw new LightningError({ code: 'permission_denied', message: 'not with this credential' })
    if (kept === undefined)
      throw new LightningError({ code: 'not_found', message: 'no such invoice', sent: 'no' })
    if (kept.status === 'settled')
      throw new LightningError({ code: 'already_paid', message: 'it is paid', sent: 'no' })
    const canceled: Kept = { ...kept, status: 'canceled' }
    this.invoices.set(paymentHash, canceled)
    if (this.cancelScript === 'lose-reply') throw lost()
    return this.#shown(canceled)
  }

  override open(alive: () => boolean = () => true): LightningBackend {
    const backend = super.open(alive)
    const reach = () => {
      if (this.down !== undefined) throw this.down
    }
    const cancel = async ({ paymentHash }: { paymentHash: PaymentHash }) => {
      reach()
      // a dead process asks nothing
      if (!alive()) return new Promise<never>(() => {})
      return this.#cancel(paymentHash)
    }
    return {
      ...backend,
      capabilities,
      invoices: { cancel },
      getBalance: async () => {
        reach()
        if (this.balanceFault !== undefined) throw this.balanceFault
        const left = this.spendableMsat
        return { spendableMsat: msat(left > 0n ? left : 0n) as Msat }
      },
      createInvoice: async (request) => {
        reach()
        return this.#create(request)
      },
      lookupInvoice: async ({ paymentHash }) => {
        reach()
        const kept = this.invoices.get(paymentHash)
        return kept === undefined ? undefined : this.#shown(kept)
      },
    }
  }
}

type SharedNodeOptions = FakeNodeOptions & { fundedMsat?: bigint }
