import { randomBytes } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendIdentity,
  type BackendProfile,
  type Balance,
  type CallOptions,
  type CreateInvoiceRequest,
  cleanText,
  type Invoice,
  LightningError,
  type LightningEvent,
  msat,
  type Page,
  type PaymentHash,
  type Preimage,
  supports,
} from '@lightning-mcp/core'
import type { Connection } from '../backend/connection.ts'
import { type Clock, pause } from '../clock.ts'
import { sameBackend } from '../intents/intent.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import type { ListPaymentsRequest, PaymentListEntry } from '../wallet.ts'
import {
  type Account,
  type AccountKind,
  backendColumns,
  DEFAULT_ACCOUNT,
  type OwnInvoice,
} from './account.ts'
import { listOwnPayments } from './account-history.ts'
import { eventsOfAccount } from './account-watch.ts'
import { assertFewOpen } from './assert-few-open.ts'
import { cancelOrdinary } from './cancel-invoice.ts'
import { noSuchAccount } from './create-account.ts'
import type { InsideMeans } from './inside.ts'
import { invoiceOfRow, isBeingSettledInside } from './own-invoices.ts'
import type { Receipts } from './receipts.ts'
import type { PreimageSafe } from './sealed-preimage.ts'
import { trackedSums } from './solvency.ts'
import { otherBackend, type SolvencyGuard } from './solvency-guard.ts'

export interface AccountsOptions {
  /** Whose wallet this is. */
  name: string
  connection: Connection
  store: WalletStore
  clock: Clock
  receipts: Receipts
  guard: SolvencyGuard
  safe: PreimageSafe
}

/** Where this wallet stands among the accounts of its backend. */
interface Standing {
  profile: BackendProfile
  identity: BackendIdentity
  isTracked: boolean
  /** Whether any account was made on the backend: only then is there anything to keep apart. */
  hasOthers: boolean
}

/** One account's view of a backend that it may share: its own balance, invoices and history. */
export class Accounts {
  readonly #options: AccountsOptions
  #known: Account | undefined
  /** Tracked accounts were seen on the same backend. */
  #shares = false

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  /** Once the ledger was read. */
  get isTracked(): boolean {
    return this.#known?.kind === 'tracked'
  }

  /** How a caller is told whose money it is. */
  get shown(): { name: string; kind: AccountKind } {
    return { name: this.#options.name, kind: this.#known?.kind ?? 'own' }
  }

  /** The account, where it was made; `undefined` is `default` that nobody made. Throws for any other that there is not. */
  async assertKnown(): Promise<Account | undefined> {
    const { name, store } = this.#options
    this.#known ??= await this.#unlessLost(() => store.read((reader) => reader.account(name)), undefined)
    if (this.#known === undefined && name !== DEFAULT_ACCOUNT) throw noSuchAccount(name)
    return this.#known
  }

  /** Throws where the node is shared and the account has no view into it. */
  async assertOwnNode(): Promise<void> {
    await this.assertKnown()
    if (!this.isTracked) return
    throw new LightningError({
      code: 'unsupported',
      message: 'this account shares its node with others and has no view into it',
      hint: 'The owner can look at the node with an account of its own.',
    })
  }

  /**
   * A ledger that cannot be read stops spending, which has its own way to it. Whoever has a node of
   * their own, as far as is known, goes on looking at it and being paid through it.
   */
  async #unlessLost<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (this.#options.name !== DEFAULT_ACCOUNT || this.isTracked || this.#shares) throw error
      return otherwise
    }
  }

  async #standing(signal?: AbortSignal): Promise<Standing> {
    const { connection, store, name } = this.#options
    const account = await this.assertKnown()
    const profile = await connection.ready(signal)
    const { identity } = profile
    if (account !== undefined && !sameBackend(account, identity)) throw otherBackend(name)
    const hasOthers = await this.#unlessLost(
      () => store.read(async (reader) => (await reader.holdingsOn(identity)).length > 0),
      false,
    )
    this.#shares ||= hasOthers
    return { profile, identity, isTracked: account?.kind === 'tracked', hasOthers }
  }

  /** Before a spend: what the gate and `findInside` will want to know. Never rejects. */
  async prepare({
    identity,
    capabilities,
  }: Pick<BackendProfile, 'identity' | 'capabilities'>): Promise<InsideMeans> {
    await this.#options.guard.prepare(identity)
    return this.insideMeans(capabilities)
  }

  /** By what this process could settle between accounts. */
  insideMeans(capabilities: BackendProfile['capabilities']): InsideMeans {
    return { canCancel: supports(capabilities, 'invoices.cancel'), safe: this.#options.safe }
  }

  /** What the account can spend now: of a tracked one its own balance, of another what tracked ones leave. */
  async balance(request: CallOptions = {}): Promise<Balance> {
    const { connection, store, clock, guard } = this.#options
    const { identity, isTracked, hasOthers } = await this.#standing(request.signal)
    const ask = () => connection.call((to) => to.getBalance(request), request.signal)
    if (!hasOthers) return ask()
    const atMs = clock.now()
    const last = await store.read((reader) => reader.lastJournalEntry())
    const balance = await ask()
    guard.note({ spendableMsat: balance.spendableMsat, seq: last?.seq ?? 0, atMs })
    return this.#share(balance, identity, isTracked)
  }

  async #share(balance: Balance, identity: BackendIdentity, isTracked: boolean): Promise<Balance> {
    const { store, name } = this.#options
    if (isTracked) {
      const { fundsMsat, reservedMsat } = await store.read((reader) => reader.balance(name))
      return {
        spendableMsat: msat(smaller(fundsMsat, balance.spendableMsat)),
        ...(reservedMsat > 0n ? { pendingOutgoingMsat: msat(reservedMsat) } : {}),
      }
    }
    const { fundsMsat, reservedMsat } = trackedSums(await store.read((reader) => reader.holdingsOn(identity)))
    const leftMsat = balance.spendableMsat - fundsMsat - reservedMsat
    return { ...balance, spendableMsat: msat(leftMsat > 0n ? leftMsat : 0n) }
  }

  /** Makes an invoice. On a shared backend it is on record before anybody sees it, so that what it brings is this account's. */
  async createInvoice(request: CreateInvoiceRequest): Promise<Invoice> {
    const { connection, store, clock, safe, receipts, name } = this.#options
    const { identity, profile, hasOthers } = await this.#standing(request.signal)
    if (!hasOthers) return connection.call((to) => to.createInvoice(request), request.signal)
    await assertFewOpen(store, identity, name)
    const preimage = request.preimage ?? this.#choosePreimage(profile)
    const made = await connection.call(
      (to) => to.createInvoice(preimage === undefined ? request : { ...request, preimage }),
      request.signal,
    )
    const { paymentHash } = made
    const sealedPreimage = preimage === undefined ? undefined : safe.seal(preimage, paymentHash)
    const nowMs = clock.now()
    await store.transaction((writer) =>
      writer.insertOwnInvoice({
        paymentHash,
        account: name,
        ...backendColumns(identity),
        state: 'open',
        settledInside: false,
        createdAtMs: made.createdAt * 1000,
        expiresAtMs: made.expiresAt * 1000,
        nextLookAtMs: nowMs + 1_000,
        looks: 0,
        ...(made.invoice === undefined
          ? {}
          : { invoice: made.invoice, payee: decodeInvoice(made.invoice).payee }),
        ...(made.amountMsat === undefined ? {} : { amountMsat: made.amountMsat }),
        ...(made.description === undefined ? {} : { description: cleanText(made.description) }),
        ...(made.descriptionHash === undefined ? {} : { descriptionHash: made.descriptionHash }),
        ...(sealedPreimage === undefined ? {} : { sealedPreimage }),
      }),
    )
    receipts.start()
    return made
  }

  /** Own preimages only where another account of this ledger can pay the invoice without the node. */
  #choosePreimage({ capabilities }: BackendProfile): Preimage | undefined {
    if (!supports(capabilities, 'createInvoice.preimage') || !supports(capabilities, 'invoices.cancel'))
      return undefined
    try {
      this.#options.safe.ready()
    } catch {
      // without a key nothing can be settled inside; being paid from outside needs none
      return undefined
    }
    return randomBytes(32).toString('hex') as Preimage
  }

  /** The account's own invoice: the ledger first, the node where that does not know the end. */
  async lookupInvoice({
    paymentHash,
    signal,
  }: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined> {
    const { connection, receipts, name } = this.#options
    const { identity, isTracked } = await this.#standing(signal)
    const row = await this.#unlessLost(() => this.#row(identity, paymentHash), undefined)
    if (row === undefined) {
      if (isTracked) return undefined
      return connection.call(
        (to) => to.lookupInvoice({ paymentHash, ...(signal === undefined ? {} : { signal }) }),
        signal,
      )
    }
    if (row.account !== name) return undefined
    if (row.state === 'settled') return this.#shown(row)
    const found = await receipts.ask(paymentHash)
    const now = (await this.#row(identity, paymentHash)) ?? row
    if (now.state === 'settled') return now.settledInside ? this.#shown(now) : (found ?? this.#shown(now))
    const shown = await this.#shown(now)
    return shown.status === 'accepted' ? shown : (found ?? shown)
  }

  /** Makes an ordinary invoice of this account unpayable. */
  async cancelInvoice(request: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice> {
    const { receipts, name } = this.#options
    const { identity, isTracked } = await this.#standing(request.signal)
    const canceled = await cancelOrdinary(request, { account: name, identity, isTracked }, this.#options)
    void receipts.look(request.paymentHash)
    return canceled
  }

  #row(identity: BackendIdentity, paymentHash: PaymentHash) {
    return this.#options.store.read((reader) => reader.ownInvoice(identity, paymentHash))
  }

  async #shown(row: OwnInvoice): Promise<Invoice> {
    const { store, clock, safe } = this.#options
    const { paymentHash, sealedPreimage } = row
    const arrivingMsat =
      row.state === 'settled'
        ? undefined
        : await store.read((reader) => isBeingSettledInside(reader, paymentHash))
    return invoiceOfRow(row, {
      nowMs: clock.now(),
      arrivingMsat,
      preimage: safe.unseal(sealedPreimage, paymentHash),
    })
  }

  /** Of a tracked account its own history; of another the node's without what belongs to others. */
  async listPayments(
    request: ListPaymentsRequest,
    ofNode: () => Promise<Page<PaymentListEntry>>,
  ): Promise<Page<PaymentListEntry>> {
    const { store, clock, name } = this.#options
    await this.assertKnown()
    if (this.isTracked)
      return store.read((reader) => listOwnPayments(reader, request, { account: name, nowMs: clock.now() }))
    const { hasOthers } = await this.#standing(request.signal)
    const page = await ofNode()
    if (!hasOthers) return page
    const hashes = page.items.map(({ paymentHash }) => paymentHash).filter((hash) => hash !== undefined)
    const others = await store.read((reader) => reader.hashesOfOthers(name, hashes))
    return { ...page, items: page.items.filter(({ paymentHash = '' }) => !others.has(paymentHash)) }
  }

  /** The backend's events as far as they are this account's business. */
  async *watch(events: AsyncIterable<LightningEvent>, signal?: AbortSignal): AsyncIterable<LightningEvent> {
    const { store, name, clock } = this.#options
    const { identity, isTracked, hasOthers } = await this.#standing(signal)
    if (!hasOthers) return yield* events
    yield* eventsOfAccount(events, {
      account: name,
      store,
      identity,
      isTracked,
      lookupInvoice: (paymentHash) => this.lookupInvoice({ paymentHash }),
      wait: () => pause(clock, 250, signal),
    })
  }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
