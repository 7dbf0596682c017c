import {
  type BackendProfile,
  type Balance,
  type CallOptions,
  type Capabilities,
  type Capability,
  type CreateInvoiceRequest,
  type Invoice,
  type LightningBackend,
  LightningError,
  type LightningEvent,
  type ListTransactionsRequest,
  type NodeInfo,
  narrowCapabilities,
  nodeId,
  type Page,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
  type PaymentKey,
  paymentHash,
  preimage,
  supports,
  type Transaction,
  type WatchRequest,
} from '@lightning-mcp/core'
import { toBalance } from './balance.ts'
import { lndCapabilities } from './capabilities.ts'
import { LndClient } from './client.ts'
import { watchEvents } from './events.ts'
import { toOnchainBalance } from './facets/onchain.ts'
import { toAddInvoiceRequest, toCreatedInvoice } from './invoices.ts'
import { allowsMethod, type MacaroonContents, readMacaroon } from './macaroon.ts'
import { makeFacets } from './make-facets.ts'
import { checkOptions, type LndBackendOptions, loadConnection } from './options.ts'
import { lookupPayment, payInvoice } from './payments.ts'
import { capabilitiesWith, describePermissions } from './permissions.ts'
import { refuseOldVersion, refuseUselessMacaroon } from './refusals.ts'
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

class LndBackend implements LightningBackend {
  readonly kind = 'lnd'
  capabilities: Capabilities = lndCapabilities

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
    refuseUselessMacaroon(this.#macaroon, now())
    const info = await this.#client.call('getInfo', {}, { signal })
    const version = toVersion(info)
    refuseOldVersion(version)
    this.#identity = { kind: this.kind, network: toNetwork(info), id: nodeId(info.identity_pubkey) }
    const allowed = capabilitiesWith(this.#macaroon)
    const [towers] = await Promise.all([
      supports(allowed, 'watchtowers.list') && this.#hasWatchtowerClient(signal),
      supports(allowed, 'getBalance') && this.#learnChannels(signal),
    ])
    this.capabilities = towers
      ? allowed
      : narrowCapabilities(allowed, (capability) => !capability.startsWith('watchtowers.'))
    this.#makeFacets()
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

  /** Those that this credential may use; the others become absent. */
  #makeFacets(): void {
    Object.assign(
      this,
      makeFacets(this.#client, this.capabilities, {
        lookUpInvoice: (hash, signal) =>
          this.lookupInvoice({ paymentHash: hash, ...(signal === undefined ? {} : { signal }) }),
        ownId: async (signal) => (await this.#known(signal)).id,
        now,
      }),
    )
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

  /** It is off unless lnd.conf says otherwise. */
  async #hasWatchtowerClient(signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.#client.call('towerStats', {}, { signal })
      return true
    } catch (error) {
      // whatever else is wrong with it: the wallet works without
      if (LightningError.is(error) && error.code !== 'unavailable') return false
      throw error
    }
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
