import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  declareCapabilities,
  type KeysendRequest,
  type LightningBackend,
  LightningError,
  type Msat,
  msat,
  type Network,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
  type Preimage,
  supports,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { hashOf } from '../../src/dispatch/keysend.ts'
import { CHAIN_CAPABILITIES, FakeChain } from './fake-chain.ts'
import { FakeOffers, OFFER_CAPABILITIES } from './fake-offers.ts'
import { randomPreimage } from './invoices.ts'

/** What the node does with one sending. `then`: what becomes of a payment that is under way. */
export type Script =
  | { do: 'settle'; feeMsat?: bigint; feeProvisional?: boolean; preimage?: Preimage | null }
  | { do: 'fail'; sameHashRetryable?: boolean }
  | { do: 'throw'; error: unknown }
  /** Accepted, and the answer says so. */
  | { do: 'pending' }
  /** Accepted, and the answer is lost. */
  | { do: 'lose-reply'; outcome: 'settled' | 'failed' | 'pending' }
  /** Accepted, and then something breaks that says nothing. */
  | { do: 'break'; outcome: 'settled' | 'failed' | 'pending' }
  /** Never arrives, and nobody can say so. */
  | { do: 'lose-request' }
  /** Accepted, and never answers. */
  | { do: 'hang'; outcome: 'settled' | 'failed' | 'pending' }
  /** The reply is lost, and the request arrives this much later. */
  | { do: 'late'; afterMs: number; outcome: 'settled' | 'failed' | 'pending' }
  /** Arrives and answers this much later, unless the connection is closed before. */
  | { do: 'slow'; afterMs: number; outcome: 'settled' | 'failed' | 'pending' }
  /** Never arrives, never answers. */
  | { do: 'hang-before' }

export type FakeNodeOptions = { id?: string; network?: Network } & Partial<BackendProfile>

export const capabilities = declareCapabilities({
  ...CHAIN_CAPABILITIES,
  ...OFFER_CAPABILITIES,
  getInfo: 'native',
  getBalance: 'native',
  payInvoice: 'native',
  'payInvoice.amountless': 'native',
  'payInvoice.maxParts': 'native',
  lookupPayment: 'native',
  lookupInvoice: 'native',
  listTransactions: 'native',
})

/** What a payment comes to, by whatever way it was asked for. */
interface Order {
  paymentHash: PaymentHash
  amountMsat: Msat
  signal?: AbortSignal | undefined
}

/**
 * A node that does what a test scripts and outlives the wallets that use it. It has no guard against
 * sending twice: `moved` counts how often money really left for a hash.
 */
export class FakeNode {
  readonly payments = new Map<string, Payment>()
  readonly requests: PayInvoiceRequest[] = []
  readonly keysends: Omit<KeysendRequest, 'signal'>[] = []
  readonly lookups: PaymentHash[] = []
  /** How often a sending for the hash took hold without a proven failure. */
  readonly moved = new Map<string, number>()
  readonly secrets = new Map<string, Preimage>()
  readonly scripts: Script[] = []
  /** Its coins and channels, which follow the same scripts. */
  readonly chain: FakeChain
  readonly offers: FakeOffers
  script: Script = { do: 'settle' }
  feeMsat: Msat = msat(1_000n)
  /** Thrown by every call while set. */
  down: LightningError | undefined
  profile: BackendProfile
  /** How a late request comes to be: a test gives the clock's timers. */
  later: (delayMs: number, callback: () => void) => void = () => {}
  readonly #nowMs: () => number
  readonly #labels = new Map<string, PaymentHash>()

  constructor(nowMs: () => number, options: FakeNodeOptions = {}) {
    const { id = 'node-a', network = 'regtest', ...profile } = options
    this.#nowMs = nowMs
    this.chain = new FakeChain({
      nowSeconds: () => this.#seconds(),
      script: () => this.scripts.shift() ?? this.script,
      reach: () => this.#reach(),
      keepsLabels: () => this.profile.keepsLabels === true,
    })
    this.offers = new FakeOffers({
      nowSeconds: () => this.#seconds(),
      reach: () => this.#reach(),
      fetches: () => supports(this.profile.capabilities, 'offers.fetchInvoice'),
      keepSecret: (paymentHash, preimage) => void this.secrets.set(paymentHash, preimage),
      pay: (request) => this.#pay(request),
      paymentOf: (paymentHash) => this.payments.get(paymentHash),
    })
    this.profile = {
      identity: { kind: 'fake', network, id },
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
      ...profile,
    }
  }

  /** What the node will say about a hash from now on. */
  resolve(paymentHash: string, status: 'settled' | 'failed'): void {
    const payment = this.payments.get(paymentHash)
    if (payment === undefined) throw new Error('no such payment')
    this.payments.set(paymentHash, this.#final(payment, status))
  }

  #labelled({ label, since }: { label: string; since: UnixSeconds }): Payment | undefined {
    const payment = this.payments.get(this.#labels.get(label) ?? '')
    return (payment?.createdAt ?? 0) >= since ? payment : undefined
  }

  #reach(): void {
    if (this.down !== undefined) throw this.down
  }

  #seconds(): number {
    return Math.floor(this.#nowMs() / 1000)
  }

  #final(
    payment: Payment,
    status: 'settled' | 'failed' | 'pending',
    script: Partial<Extract<Script, { do: 'settle' }>> & { sameHashRetryable?: boolean } = {},
  ): Payment {
    if (status === 'pending') return payment
    if (status === 'failed') {
      this.moved.set(payment.paymentHash, (this.moved.get(payment.paymentHash) ?? 1) - 1)
      return {
        ...payment,
        status,
        failure: { reason: 'no_route', sameHashRetryable: script.sameHashRetryable ?? true },
      }
    }
    const preimage = script.preimage === undefined ? this.secrets.get(payment.paymentHash) : script.preimage
    return {
      ...payment,
      status,
      feeMsat: script.feeMsat === undefined ? this.feeMsat : (script.feeMsat as Msat),
      settledAt: this.#seconds(),
      ...(script.feeProvisional === undefined ? {} : { feeProvisional: script.feeProvisional }),
      ...(preimage === undefined || preimage === null ? {} : { preimage }),
    }
  }

  #accept({ paymentHash, amountMsat }: Order): Payment {
    this.moved.set(paymentHash, (this.moved.get(paymentHash) ?? 0) + 1)
    const payment: Payment = {
      paymentHash,
      status: 'pending',
      amountMsat,
      createdAt: this.#seconds(),
    }
    this.payments.set(paymentHash, payment)
    return payment
  }

  #payInvoice(request: PayInvoiceRequest, alive: () => boolean): Promise<Payment> {
    this.requests.push(request)
    const { paymentHash, amountMsat = request.amountMsat as Msat } = decodeInvoice(request.invoice)
    return this.#pay({ paymentHash, amountMsat, signal: request.signal }, alive)
  }

  async #keysend({ amountMsat, signal, ...request }: KeysendRequest, alive: () => boolean): Promise<Payment> {
    this.#reach()
    this.keysends.push({ amountMsat, ...request })
    const { label } = request
    const chosen = this.profile.keysendChoosesPreimage === true ? randomPreimage() : request.preimage
    const paymentHash = hashOf(chosen)
    this.secrets.set(paymentHash, chosen)
    if (label !== undefined) this.#labels.set(label, paymentHash)
    return this.#pay({ paymentHash, amountMsat, signal }, alive)
  }

  async #pay(request: Order, alive: () => boolean = () => true): Promise<Payment> {
    const script = this.scripts.shift() ?? this.script
    const unknown: Payment = { paymentHash: request.paymentHash, status: 'unknown' }
    const keep = (payment: Payment): Payment => {
      this.payments.set(payment.paymentHash, payment)
      return payment
    }
    switch (script.do) {
      case 'throw':
        throw script.error
      case 'lose-request':
        return unknown
      case 'break':
        keep(this.#final(this.#accept(request), script.outcome))
        throw new Error('broken')
      case 'slow':
        return new Promise((resolve) => {
          this.later(script.afterMs, () => {
            if (alive() && request.signal?.aborted !== true)
              resolve(keep(this.#final(this.#accept(request), script.outcome)))
          })
          request.signal?.addEventListener('abort', () => resolve(unknown))
        })
      case 'late':
        this.later(script.afterMs, () => keep(this.#final(this.#accept(request), script.outcome)))
        return unknown
      case 'hang-before':
        return new Promise((resolve) => request.signal?.addEventListener('abort', () => resolve(unknown)))
      case 'settle':
        return keep(this.#final(this.#accept(request), 'settled', script))
      case 'fail':
        return keep(
          this.#final(
            this.#accept(request),
            'failed',
            script.sameHashRetryable === undefined ? {} : { sameHashRetryable: script.sameHashRetryable },
          ),
        )
      case 'pending':
        return this.#accept(request)
      case 'lose-reply':
        keep(this.#final(this.#accept(request), script.outcome))
        return unknown
      case 'hang':
        keep(this.#final(this.#accept(request), script.outcome))
        return new Promise((resolve) => request.signal?.addEventListener('abort', () => resolve(unknown)))
    }
  }

  /** A wallet's connection to the node, which ends with its process. */
  open(alive: () => boolean = () => true): LightningBackend {
    const unused = (): never => {
      throw new LightningError({ code: 'unsupported', message: 'not scripted' })
    }
    const reach = () => this.#reach()
    return {
      kind: 'fake',
      capabilities,
      connect: async () => {
        reach()
        return this.profile
      },
      getInfo: async () => {
        reach()
        return { network: this.profile.identity.network }
      },
      getBalance: async () => {
        reach()
        return { spendableMsat: msat(100_000_000n) }
      },
      createInvoice: async () => unused(),
      lookupInvoice: async () => undefined,
      payInvoice: (request) => this.#payInvoice(request, alive),
      keysend: { send: (request) => this.#keysend(request, alive) },
      offers: this.offers.facet(),
      ...this.chain.facets(),
      lookupPayment: async (key) => {
        reach()
        if ('label' in key) return this.#labelled(key)
        if (!('paymentHash' in key)) return undefined
        this.lookups.push(key.paymentHash)
        return this.payments.get(key.paymentHash)
      },
      listTransactions: async () => {
        reach()
        return {
          items: [...this.payments.values()].map((payment) => ({
            id: payment.paymentHash,
            direction: 'outgoing' as const,
            status: payment.status === 'unknown' ? ('pending' as const) : payment.status,
            paymentHash: payment.paymentHash,
            createdAt: payment.createdAt ?? 0,
          })),
        }
      },
      watch: () => unused(),
      estimateWorstFee: async () => this.feeMsat,
      close: async () => {},
    }
  }
}
