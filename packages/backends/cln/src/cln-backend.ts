import {
  type BackendProfile,
  type BackupFacet,
  type Balance,
  type CallOptions,
  type Capabilities,
  type Capability,
  type ChannelsFacet,
  type CreateInvoiceRequest,
  type ForwardsFacet,
  type GraphFacet,
  type Invoice,
  type InvoicesFacet,
  type KeysendFacet,
  type LightningBackend,
  LightningError,
  type LightningEvent,
  type ListTransactionsRequest,
  type MessagesFacet,
  type NodeInfo,
  type OffersFacet,
  type OnchainFacet,
  type Page,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
  type PaymentKey,
  type PeersFacet,
  paymentHash,
  type RoutingFacet,
  type SplicingFacet,
  supports,
  type Transaction,
  type WatchRequest,
} from '@lightning-mcp/core'
import { Attempts } from './attempts.ts'
import { toBalance } from './balance.ts'
import { ClnClient } from './client.ts'
import { watchEvents } from './events.ts'
import { createFacets } from './facets/create-facets.ts'
import { CanceledInvoices } from './facets/invoices.ts'
import { type HistoryContext, listTransactions } from './history.ts'
import { toCreatedInvoice, toInvoiceParams } from './invoices.ts'
import { lookupByLabel } from './labelled-payments.ts'
import { clnCapabilities, type Method } from './methods.ts'
import { type ClnBackendOptions, checkOptions, loadRestConnection } from './options.ts'
import { lookupPayment, payInvoice } from './payments.ts'
import { capabilitiesWith, describePermissions, mayCall } from './permissions.ts'
import { RestTransport } from './rest-transport.ts'
import { type RuneContents, readRune, runeExpiry, UNRESTRICTED } from './rune.ts'
import type { RawInfo } from './schemas.ts'
import { toInvoice, toList, toNetwork, toNodeId, toNodeInfo, toVersion } from './to-core.ts'
import { UnixTransport } from './unix-transport.ts'
import { unsent } from './unsent.ts'
import { methodsOf, refuseOldVersion } from './versions.ts'

/**
 * A Lightning wallet on a Core Lightning node, over its unix socket or clnrest. Throws `invalid_request`
 * for options that do not fit together; connects when first used.
 */
export function createClnBackend(
  options: ClnBackendOptions,
  surroundings: ClnSurroundings = {},
): LightningBackend {
  return new ClnBackend(options, surroundings)
}

/** What the backend stands in, besides its node. */
export interface ClnSurroundings {
  /** Milliseconds since 1970, by which invoices expire and commands whose answer was lost are over. Default: the system's. */
  clock?: () => number
}

class ClnBackend implements LightningBackend {
  readonly kind = 'cln'
  capabilities: Capabilities = clnCapabilities
  invoices: InvoicesFacet | undefined
  offers: OffersFacet | undefined
  keysend: KeysendFacet | undefined
  routing: RoutingFacet | undefined
  channels: ChannelsFacet | undefined
  splicing: SplicingFacet | undefined
  peers: PeersFacet | undefined
  onchain: OnchainFacet | undefined
  graph: GraphFacet | undefined
  forwards: ForwardsFacet | undefined
  messages: MessagesFacet | undefined
  backup: BackupFacet | undefined

  readonly #client: ClnClient
  readonly #attempts = new Attempts(() => this.#now())
  readonly #ended = new AbortController()
  readonly #ends: HistoryContext['ends'] = { sendpays: 0, invoices: 0, forwards: 0 }
  readonly #canceled = new CanceledInvoices()
  readonly #now: () => number
  #rune: RuneContents = UNRESTRICTED
  #methods: ReadonlySet<string> = new Set()
  #identity: BackendProfile['identity'] | undefined

  constructor(options: ClnBackendOptions, { clock = Date.now }: ClnSurroundings) {
    this.#now = () => Math.floor(clock() / 1000)
    const checked = checkOptions(options)
    const transport =
      'socket' in checked
        ? new UnixTransport(checked.socket)
        : new RestTransport(async () => {
            const connection = await loadRestConnection(checked)
            this.#rune = readRune(connection.rune.reveal())
            this.#refuseUselessRune()
            return connection
          })
    this.#client = new ClnClient(transport, (getInfo) => this.#refuseOther(getInfo))
    this.#makeFacets()
  }

  async connect({ signal }: CallOptions = {}): Promise<BackendProfile> {
    const info = await this.#client.call('getinfo', {}, { signal })
    const version = toVersion(info)
    refuseOldVersion(version)
    const identity = { kind: this.kind, network: toNetwork(info), id: toNodeId(info) }
    this.#methods = await this.#learnMethods(version, signal)
    this.#identity = identity
    this.capabilities = capabilitiesWith((method) => this.#has(method))
    this.#makeFacets()
    return {
      identity,
      version,
      custodial: false,
      permissions: describePermissions(this.#rune, this.#now()),
      capabilities: this.capabilities,
      precision: 'msat',
      feeLimit: 'enforced',
      duplicateGuard: 'by-hash',
      lookup: 'hash',
      events: 'poll',
      keysendChoosesPreimage: true,
      keepsPaymentLabels: true,
    }
  }

  #makeFacets(): void {
    Object.assign(
      this,
      createFacets(
        {
          client: this.#client,
          attempts: this.#attempts,
          canceled: this.#canceled,
          has: (method) => this.#has(method),
          history: (signal) => this.#history(signal),
          identity: (signal) => this.#learned(signal === undefined ? {} : { signal }),
        },
        this.capabilities,
      ),
    )
  }

  /** Which calls the node has. A rune that forbids to ask leaves what its version has. */
  async #learnMethods(version: string, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    if (!mayCall(this.#rune, 'help', this.#now())) return methodsOf(version)
    try {
      const { help } = await this.#client.call('help', {}, { signal })
      const named = new Set(toList(help).map(({ command }) => String(command).split(' ', 1)[0] ?? ''))
      // it is there in older ones too, without what is needed of it
      if (!methodsOf(version).has('keysend')) named.delete('keysend')
      return named
    } catch (error) {
      signal?.throwIfAborted()
      if (!LightningError.is(error) || error.code !== 'permission_denied') throw error
      return methodsOf(version)
    }
  }

  /** Until `connect` has learned better, the node has everything. */
  #has(method: Method): boolean {
    return (
      (this.#identity === undefined || this.#methods.has(method)) && mayCall(this.#rune, method, this.#now())
    )
  }

  /** Who the node is and what it has, asked once. */
  async #learned({ signal }: CallOptions): Promise<BackendProfile['identity']> {
    return this.#identity ?? (await this.connect(signal === undefined ? {} : { signal })).identity
  }

  /** After a break, the same address may lead to another node: it knows nothing of what this one was asked. */
  async #refuseOther(getInfo: () => Promise<RawInfo>): Promise<void> {
    const info = await getInfo()
    if (this.#identity === undefined) return
    if (toNodeId(info) === this.#identity.id && toNetwork(info) === this.#identity.network) return
    throw new LightningError({
      code: 'unauthenticated',
      message: 'another node answers than the one that this connection began with',
      hint: 'Restart the program if the change is meant.',
    })
  }

  /** What the rune itself says, told before the node says it in fewer words. */
  #refuseUselessRune(): void {
    const expiresAt = runeExpiry(this.#rune)
    if (expiresAt !== undefined && expiresAt <= this.#now())
      throw new LightningError({
        code: 'unauthenticated',
        message: `the rune ran out at ${new Date(expiresAt * 1000).toISOString()}`,
        hint: 'Make a fresh one: docs/backends/cln.md has the createrune commands.',
      })
    if (!mayCall(this.#rune, 'getinfo', this.#now()))
      throw new LightningError({
        code: 'permission_denied',
        message: 'the rune does not allow getinfo, without which node and network cannot be known',
        hint: 'Make one that does: docs/backends/cln.md has the createrune commands.',
      })
  }

  /** Refuses before any I/O what `connect` learned that node or rune cannot do. */
  #need(capability: Capability): void {
    if (supports(this.capabilities, capability)) return
    throw new LightningError({
      code: 'permission_denied',
      message: `the rune does not allow what ${capability} needs, or this Core Lightning does not have it`,
      hint: 'docs/backends/cln.md lists which methods to allow.',
    })
  }

  async getInfo({ signal }: CallOptions = {}): Promise<NodeInfo> {
    return toNodeInfo(await this.#client.call('getinfo', {}, { signal }))
  }

  async getBalance({ signal }: CallOptions = {}): Promise<Balance> {
    this.#need('getBalance')
    await this.#learned(signal === undefined ? {} : { signal })
    const [{ channels }, funds] = await Promise.all([
      this.#client.call('listpeerchannels', {}, { signal }),
      this.#has('listfunds') ? this.#client.call('listfunds', {}, { signal }) : undefined,
    ])
    return toBalance(toList(channels), funds === undefined ? undefined : toList(funds.outputs))
  }

  async createInvoice(request: CreateInvoiceRequest): Promise<Invoice> {
    this.#need('createInvoice')
    const params = toInvoiceParams(request)
    return toCreatedInvoice(request, await this.#client.call('invoice', params, { signal: request.signal }))
  }

  async lookupInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined> {
    this.#need('lookupInvoice')
    const hash = paymentHash(request.paymentHash)
    const { invoices } = await this.#client.call(
      'listinvoices',
      { payment_hash: hash },
      { signal: request.signal },
    )
    const [raw] = toList(invoices)
    return raw === undefined ? this.#canceled.get(hash) : toInvoice(raw, this.#now())
  }

  async payInvoice(request: PayInvoiceRequest): Promise<Payment> {
    this.#need('payInvoice')
    const identity = await unsent(() => this.#learned(request))
    // again: connecting may have shown that the rune is too weak
    this.#need('payInvoice')
    return payInvoice(
      {
        client: this.#client,
        identity,
        xpay: this.#has('xpay'),
        attempts: this.#attempts,
        now: this.#now(),
      },
      request,
    )
  }

  async lookupPayment(key: PaymentKey & CallOptions): Promise<Payment | undefined> {
    this.#need('lookupPayment')
    const context = { ...this.#history(key.signal), attempts: this.#attempts }
    if ('paymentHash' in key) return lookupPayment(context, paymentHash(key.paymentHash), key.signal)
    if ('label' in key) return lookupByLabel(context, key.label, key.since)
    throw new LightningError({
      code: 'invalid_request',
      message: 'Core Lightning finds payments by their hash or label only',
      hint: 'Give the payment hash.',
    })
  }

  async listTransactions(request: ListTransactionsRequest): Promise<Page<Transaction>> {
    this.#need('listTransactions')
    await this.#learned(request)
    return listTransactions(this.#history(request.signal), request)
  }

  #history(signal: AbortSignal | undefined): HistoryContext {
    return {
      client: this.#client,
      has: (method) => this.#has(method),
      ends: this.#ends,
      now: this.#now(),
      signal,
    }
  }

  watch({ types, signal }: WatchRequest = {}): AsyncIterable<LightningEvent> {
    this.#need('watch')
    return watchEvents({
      client: this.#client,
      has: (method) => this.#has(method),
      types: types === undefined ? undefined : new Set(types),
      lookUpPayment: (client, hash, ended) =>
        lookupPayment({ client, attempts: this.#attempts }, hash, ended),
      signal: signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal]),
      now: this.#now,
    })
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#client.close()
  }
}
