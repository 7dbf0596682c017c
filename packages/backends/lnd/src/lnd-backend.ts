import {
  type BackendProfile,
  type Balance,
  type CallOptions,
  type Capabilities,
  type Capability,
  type ChannelsFacet,
  type CreateInvoiceRequest,
  type HoldFacet,
  type Invoice,
  type InvoicesFacet,
  type KeysendFacet,
  type LightningBackend,
  LightningError,
  type LightningEvent,
  type ListTransactionsRequest,
  type NodeInfo,
  nodeId,
  type OnchainFacet,
  type Page,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
  type PaymentKey,
  type PeersFacet,
  paymentHash,
  preimage,
  type RoutingFacet,
  supports,
  type Transaction,
  type WatchRequest,
} from '@lightning-mcp/core'
import { toBalance } from './balance.ts'
import { lndCapabilities } from './capabilities.ts'
import { LndClient } from './client.ts'
import { watchEvents } from './events.ts'
import { createChannelsFacet } from './facets/channels.ts'
import { createHoldFacet } from './facets/hold.ts'
import { createInvoicesFacet, type LookUpInvoice } from './facets/invoices.ts'
import { createKeysendFacet } from './facets/keysend.ts'
import { createOnchainFacet, toOnchainBalance } from './facets/onchain.ts'
import { createPeersFacet } from './facets/peers.ts'
import { createRoutingFacet } from './facets/routing.ts'
import { toAddInvoiceRequest, toCreatedInvoice } from './invoices.ts'
import { allowsMethod, type MacaroonContents, readMacaroon } from './macaroon.ts'
import { checkOptions, type LndBackendOptions, loadConnection } from './options.ts'
import { lookupPayment, payInvoice } from './payments.ts'
import { capabilitiesWith, describePermissions } from './permissions.ts'
import type { RawInfo } from './schemas.ts'
import { toInvoice, toNetwork, toNodeInfo, toVersion } from './to-core.ts'
import { listTransactions } from './transactions.ts'

/**
 * A Lightning wallet on an LND node, over gRPC. Throws `invalid_request` for options that do not fit
 * together; connects when first used.
 */
export function createLndBackend(options: LndBackendOptions): LightningBackend {
  return new LndBackend(options)
}

/** TrackPayments, multi-part rules and the states of payments as they are read here are in every LND from this on. */
const OLDEST_VERSION = [0, 18] as const

class LndBackend implements LightningBackend {
  readonly kind = 'lnd'
  capabilities: Capabilities = lndCapabilities
  invoices: InvoicesFacet | undefined
  hold: HoldFacet | undefined
  keysend: KeysendFacet | undefined
  routing: RoutingFacet | undefined
  channels: ChannelsFacet | undefined
  peers: PeersFacet | undefined
  onchain: OnchainFacet | undefined

  readonly #client: LndClient
  readonly #ended = new AbortController()
  #macaroon: MacaroonContents = { otherCaveats: false }
  #identity: BackendProfile['identity'] | undefined
  /** Whether invoices need hints to be payable, until `getBalance` has seen the channels: yes, which costs nothing but time. */
  #hasPrivateChannels = true

  constructor(options: LndBackendOptions) {
    const checked = checkOptions(options)
    this.#client = new LndClient(
      async () => {
        const connection = await loadConnection(checked)
        this.#macaroon = readMacaroon(connection.macaroon.reveal())
        return connection
      },
      (getInfo) => this.#refuseOther(getInfo),
    )
    this.#makeFacets()
  }

  async connect({ signal }: CallOptions = {}): Promise<BackendProfile> {
    await this.#client.ready(signal)
    this.#refuseUseless()
    const info = await this.#client.call('getInfo', {}, { signal })
    const version = toVersion(info)
    refuseOldVersion(version)
    this.#identity = { kind: this.kind, network: toNetwork(info), id: nodeId(info.identity_pubkey) }
    this.capabilities = capabilitiesWith(this.#macaroon)
    this.#makeFacets()
    if (supports(this.capabilities, 'getBalance')) await this.#learnChannels(signal)
    return {
      identity: this.#identity,
      version,
      custodial: false,
      permissions: describePermissions(this.#macaroon),
      capabilities: this.capabilities,
      precision: 'msat',
      feeLimit: 'enforced',
      duplicateGuard: 'by-hash',
      lookup: 'hash',
      events: 'stream',
      keepsLabels: true,
    }
  }

  /** After a break, files of the same name may lead to another node: it knows nothing of what this one was asked. */
  async #refuseOther(getInfo: () => Promise<RawInfo>): Promise<void> {
    if (this.#identity === undefined) return
    const info = await getInfo()
    if (nodeId(info.identity_pubkey) === this.#identity.id && toNetwork(info) === this.#identity.network)
      return
    throw new LightningError({
      code: 'unauthenticated',
      message: 'another node answers than the one that this connection began with',
      hint: 'Restart the program if the change is meant.',
    })
  }

  /** What the macaroon itself says, told before LND says it in fewer words. */
  #refuseUseless(): void {
    const { expiresAt } = this.#macaroon
    if (expiresAt !== undefined && expiresAt <= now())
      throw new LightningError({
        code: 'unauthenticated',
        message: `the macaroon ran out at ${new Date(expiresAt * 1000).toISOString()}`,
        hint: 'Bake a fresh one: lncli bakemacaroon.',
      })
    if (!allowsMethod(this.#macaroon, 'getInfo'))
      throw new LightningError({
        code: 'permission_denied',
        message: 'the macaroon does not allow info:read, without which node and network cannot be known',
        hint: 'Bake one with: lncli bakemacaroon info:read invoices:read invoices:write offchain:read',
      })
  }

  #makeFacets(): void {
    const can = (capability: Capability): boolean => supports(this.capabilities, capability)
    const lookUp: LookUpInvoice = (hash, signal) =>
      this.lookupInvoice({ paymentHash: hash, ...(signal === undefined ? {} : { signal }) })
    this.invoices = can('invoices.cancel') ? createInvoicesFacet(this.#client, lookUp) : undefined
    this.hold = can('hold.create') ? createHoldFacet(this.#client, lookUp) : undefined
    this.keysend = can('keysend.send')
      ? createKeysendFacet(this.#client, async (signal) => (await this.#known(signal)).id)
      : undefined
    this.routing = can('routing.estimateFee') ? createRoutingFacet(this.#client) : undefined
    this.channels = can('channels.list') ? createChannelsFacet(this.#client, this.capabilities) : undefined
    this.peers = can('peers.list') ? createPeersFacet(this.#client, this.capabilities) : undefined
    this.onchain = can('onchain.getBalance') ? createOnchainFacet(this.#client, this.capabilities) : undefined
  }

  /** Refuses before any I/O what `connect` learned that the macaroon does not allow. */
  #need(capability: Capability): void {
    if (!supports(this.capabilities, capability))
      throw new LightningError({
        code: 'permission_denied',
        message: `the macaroon does not allow what ${capability} needs`,
        hint: 'docs/backends/lnd.md lists which permissions to bake into it.',
      })
  }

  async getInfo({ signal }: CallOptions = {}): Promise<NodeInfo> {
    return toNodeInfo(await this.#client.call('getInfo', {}, { signal }))
  }

  async getBalance({ signal }: CallOptions = {}): Promise<Balance> {
    this.#need('getBalance')
    const [sums, channels, onchain] = await Promise.all([
      this.#client.call('channelBalance', {}, { signal }),
      this.#learnChannels(signal),
      supports(this.capabilities, 'onchain.getBalance')
        ? this.#client.call('walletBalance', {}, { signal })
        : undefined,
    ])
    return toBalance(sums, channels, onchain === undefined ? undefined : toOnchainBalance(onchain))
  }

  async #learnChannels(signal: AbortSignal | undefined) {
    const { channels } = await this.#client.call('listChannels', {}, { signal })
    this.#hasPrivateChannels = channels.some((channel) => channel.private)
    return channels
  }

  async createInvoice(request: CreateInvoiceRequest): Promise<Invoice> {
    this.#need('createInvoice')
    const message = {
      ...toAddInvoiceRequest(request, request.privateHints ?? this.#hasPrivateChannels),
      ...(request.preimage === undefined
        ? {}
        : { r_preimage: Buffer.from(preimage(request.preimage), 'hex') }),
    }
    const reply = await this.#client.call('addInvoice', message, { signal: request.signal })
    return toCreatedInvoice(request, paymentHash(reply.r_hash.toString('hex')), reply.payment_request)
  }

  async lookupInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined> {
    this.#need('lookupInvoice')
    const hash = paymentHash(request.paymentHash)
    try {
      const raw = await this.#client.call(
        'lookupInvoice',
        { r_hash: Buffer.from(hash, 'hex') },
        { signal: request.signal },
      )
      return toInvoice(raw, now())
    } catch (error) {
      if (LightningError.is(error) && error.code === 'not_found') return undefined
      throw error
    }
  }

  async payInvoice(request: PayInvoiceRequest): Promise<Payment> {
    this.#need('payInvoice')
    const identity = await this.#known(request.signal)
    // again: connecting may have shown that the macaroon is too weak
    this.#need('payInvoice')
    return payInvoice(this.#client, request, identity, now())
  }

  /** Who this node is. */
  async #known(signal: AbortSignal | undefined): Promise<BackendProfile['identity']> {
    return this.#identity ?? (await this.connect(signal === undefined ? {} : { signal })).identity
  }

  async lookupPayment(key: PaymentKey & CallOptions): Promise<Payment | undefined> {
    this.#need('lookupPayment')
    if (!('paymentHash' in key))
      throw new LightningError({
        code: 'invalid_request',
        message: 'LND finds payments by their hash only',
        hint: 'Give the payment hash.',
      })
    return lookupPayment(this.#client, paymentHash(key.paymentHash), key.signal)
  }

  async listTransactions(request: ListTransactionsRequest): Promise<Page<Transaction>> {
    this.#need('listTransactions')
    return listTransactions(this.#client, request, now())
  }

  watch({ types, signal }: WatchRequest = {}): AsyncIterable<LightningEvent> {
    this.#need('watch')
    return watchEvents({
      client: this.#client,
      types: types === undefined ? undefined : new Set(types),
      payments: allowsMethod(this.#macaroon, 'trackPayments'),
      signal: signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal]),
      now,
    })
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#client.close()
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

function refuseOldVersion(version: string): void {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  // a build without a version number is somebody's own: let it try
  if (major === undefined || minor === undefined) return
  const [oldestMajor, oldestMinor] = OLDEST_VERSION
  if (Number(major) > oldestMajor || Number(minor) >= oldestMinor) return
  throw new LightningError({
    code: 'unsupported',
    message: `LND ${version} is too old`,
    hint: `Upgrade LND to ${OLDEST_VERSION.join('.')} or later.`,
  })
}
