import {
  type BackendProfile,
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
  type Permission,
  type PermissionArea,
  paymentHash,
  type RoutingFacet,
  type SplicingFacet,
  supports,
  type Transaction,
  type WatchRequest,
} from '@lightning-mcp/core'
import { hasPrivateChannels, toBalance } from './balance.ts'
import { capabilitiesOf, eclairCapabilities, OLDEST_RELEASE, releaseOf } from './capabilities.ts'
import { EclairClient } from './client.ts'
import { createFacets } from './create-facets.ts'
import { watchEvents } from './events.ts'
import { listChannels } from './facets/channel-names.ts'
import { createInvoice, lookupInvoice } from './invoices.ts'
import { checkOptions, type EclairBackendOptions, loadConnection } from './options.ts'
import { EclairPayments, UUID } from './payments.ts'
import { ProcessMemory } from './process-memory.ts'
import type { RawInfo } from './schemas.ts'
import { beforeSending } from './send-once.ts'
import { readInfo, toNetwork, toNodeId, toNodeInfo, toOnchainBalance, toVersion } from './to-core.ts'
import { listTransactions } from './transactions.ts'

/**
 * A Lightning wallet on an Eclair node, over its HTTP API. Throws `invalid_request` for options that do
 * not fit together; connects when first used.
 */
export function createEclairBackend(options: EclairBackendOptions): LightningBackend {
  return new EclairBackend(options)
}

const CONNECT_TIMEOUT_MS = 10_000

/** Eclair has one password, which may do everything. */
const ALL_POWERFUL: Readonly<Record<PermissionArea, Permission>> = {
  read: 'granted',
  receive: 'granted',
  send: 'granted',
  channels: 'granted',
  onchain: 'granted',
  admin: 'granted',
}

class EclairBackend implements LightningBackend {
  readonly kind = 'eclair'
  capabilities: Capabilities = eclairCapabilities

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

  readonly #client: EclairClient
  readonly #payments: EclairPayments
  readonly #memory = new ProcessMemory()
  readonly #ended = new AbortController()
  /** Whether invoices need hints to be payable; learned with the first balance or invoice, and with every balance anew. */
  #hasPrivateChannels: boolean | undefined
  #identity: BackendProfile['identity'] | undefined

  constructor(options: EclairBackendOptions) {
    const checked = checkOptions(options)
    this.#client = new EclairClient(
      () => loadConnection(checked),
      (getInfo) => this.#refuseOther(getInfo),
    )
    this.#payments = new EclairPayments(this.#client, this.#memory)
    this.#makeFacets()
  }

  async connect({ signal }: CallOptions = {}): Promise<BackendProfile> {
    await this.#client.renew()
    const info = readInfo(await this.#askWhoAnswers(signal))
    const version = toVersion(info)
    const release = releaseOf(version)
    refuseOldRelease(version, release)
    const identity = identityOf(info)
    this.#identity ??= identity
    this.#refuseAnother(identity)
    this.capabilities = capabilitiesOf(release)
    this.#makeFacets()
    return {
      identity,
      version,
      custodial: false,
      permissions: ALL_POWERFUL,
      capabilities: this.capabilities,
      precision: 'msat',
      feeLimit: 'enforced',
      duplicateGuard: 'none',
      lookup: 'hash',
      events: 'stream',
      keysendChoosesPreimage: true,
      // fundingFeeBudgetSatoshis of `open`
      capsOpeningFee: true,
      choosesSpliceFee: true,
    }
  }

  async #askWhoAnswers(signal: AbortSignal | undefined): Promise<unknown> {
    try {
      return await this.#client.call('getinfo', {}, { signal, timeoutMs: CONNECT_TIMEOUT_MS })
    } catch (error) {
      // every Eclair knows this call: another program answers, or the address has a path that is not its own
      if (LightningError.is(error) && error.code === 'unsupported')
        throw new LightningError({
          code: 'protocol_error',
          message: "what answers at ECLAIR_URL is not Eclair's API",
          hint: 'Give the address of the API itself, without a path unless a proxy wants one.',
          sent: 'no',
        })
      throw error
    }
  }

  /** After a break another node may answer at the same address: it knows nothing of what this one was asked. */
  async #refuseOther(getInfo: () => Promise<unknown>): Promise<void> {
    if (this.#identity !== undefined) this.#refuseAnother(identityOf(readInfo(await getInfo())))
  }

  #refuseAnother({ id, network }: BackendProfile['identity']): void {
    if (id === this.#identity?.id && network === this.#identity.network) return
    throw new LightningError({
      code: 'unauthenticated',
      message: 'another node answers than the one that this connection began with',
      hint: 'Restart the program if the change is meant.',
    })
  }

  #makeFacets(): void {
    Object.assign(
      this,
      createFacets({
        client: this.#client,
        memory: this.#memory,
        capabilities: this.capabilities,
        network: async (signal) => (await this.#connected(signal)).network,
        now,
      }),
    )
  }

  /** Refuses before any I/O what `connect` learned that this version cannot do. */
  #need(capability: Capability): void {
    if (!supports(this.capabilities, capability))
      throw new LightningError({
        code: 'unsupported',
        message: `this version of Eclair cannot do what ${capability} needs`,
        hint: 'Upgrade Eclair to 0.14 or later.',
      })
  }

  async getInfo({ signal }: CallOptions = {}): Promise<NodeInfo> {
    return toNodeInfo(readInfo(await this.#client.call('getinfo', {}, { signal })))
  }

  async getBalance({ signal }: CallOptions = {}): Promise<Balance> {
    const [usable, onchain] = await Promise.all([
      this.#usableBalances(signal),
      this.#client.call('onchainbalance', {}, { signal }),
    ])
    return toBalance(usable, toOnchainBalance(onchain))
  }

  async #usableBalances(signal: AbortSignal | undefined): Promise<unknown> {
    const usable = await this.#client.call('usablebalances', {}, { signal })
    this.#hasPrivateChannels = hasPrivateChannels(usable)
    return usable
  }

  async createInvoice(request: CreateInvoiceRequest): Promise<Invoice> {
    if (request.privateHints === true) this.#need('createInvoice.privateHints')
    const hints = (await this.#wantsHints(request)) ? await this.#privateChannelIds(request.signal) : []
    return createInvoice(this.#client, request, hints)
  }

  async #wantsHints({ privateHints, signal }: CreateInvoiceRequest): Promise<boolean> {
    if (!supports(this.capabilities, 'createInvoice.privateHints')) return false
    if (privateHints === undefined && this.#hasPrivateChannels === undefined)
      await this.#usableBalances(signal)
    return privateHints ?? this.#hasPrivateChannels === true
  }

  async #privateChannelIds(signal: AbortSignal | undefined): Promise<readonly string[]> {
    const channels = await listChannels(this.#client, signal)
    return channels.flatMap(({ state, private: hidden, channelId }) =>
      state === 'active' && hidden && channelId !== undefined ? [channelId] : [],
    )
  }

  async lookupInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined> {
    const hash = paymentHash(request.paymentHash)
    const found = await lookupInvoice(this.#client, hash, request.signal)
    return found ?? this.#memory.canceled(hash)
  }

  async payInvoice(request: PayInvoiceRequest): Promise<Payment> {
    const identity = await this.#connected(request.signal)
    return this.#payments.payInvoice(request, identity, now())
  }

  async #connected(signal: AbortSignal | undefined): Promise<BackendProfile['identity']> {
    if (this.#identity !== undefined) return this.#identity
    try {
      return (await this.connect(signal === undefined ? {} : { signal })).identity
    } catch (error) {
      throw beforeSending(error, signal)
    }
  }

  async lookupPayment(key: PaymentKey & CallOptions): Promise<Payment | undefined> {
    if ('paymentHash' in key)
      return this.#payments.lookup(
        { paymentHash: paymentHash(key.paymentHash) },
        this.#identity?.id,
        key.signal,
      )
    if ('backendId' in key && UUID.test(key.backendId))
      return this.#payments.lookup({ id: key.backendId }, this.#identity?.id, key.signal)
    throw new LightningError({
      code: 'invalid_request',
      message: 'Eclair finds payments by their hash or by its own id only',
      hint: 'Give the payment hash.',
    })
  }

  async listTransactions(request: ListTransactionsRequest): Promise<Page<Transaction>> {
    return listTransactions(this.#client, request, this.#memory, now())
  }

  watch({ types, signal }: WatchRequest = {}): AsyncIterable<LightningEvent> {
    return watchEvents({
      client: this.#client,
      lookupInvoice: (hash, ending) => lookupInvoice(this.#client, hash, ending),
      lookupPayment: (hash, ending) =>
        this.#payments.lookup({ paymentHash: hash }, this.#identity?.id, ending),
      types: types === undefined ? undefined : new Set(types),
      signal: signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal]),
    })
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#client.close()
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

const identityOf = (info: RawInfo): BackendProfile['identity'] => ({
  kind: 'eclair',
  network: toNetwork(info),
  id: toNodeId(info.nodeId),
})

function refuseOldRelease(version: string, release: number | undefined): void {
  if (release === undefined || release >= OLDEST_RELEASE) return
  throw new LightningError({
    code: 'unsupported',
    message: `Eclair ${version} is too old`,
    hint: `Upgrade Eclair to 0.${OLDEST_RELEASE} or later.`,
  })
}
