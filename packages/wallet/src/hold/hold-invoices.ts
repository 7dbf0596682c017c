import { createHash, randomBytes } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  type CallOptions,
  type Invoice,
  LightningError,
  msat,
  type PaymentHash,
  type Preimage,
  paymentHash as readHash,
  preimage as readPreimage,
  supports,
} from '@lightning-mcp/core'
import { backendColumns } from '../accounts/account.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { proves } from '../intents/outcome.ts'
import { askHold, carryOut, decideHold, type HoldMeans, recordFound } from './carry-out.ts'
import type { CreateHoldInvoiceRequest, HoldInvoice } from './hold-invoice.ts'
import { type HoldRecord, isLive } from './hold-record.ts'

/** Each is looked after until it is over. */
const MOST_LIVE = 1_000
/** After the invoice is made: somebody may pay it at once. */
const FIRST_LOOK_MS = 1_000

export interface HoldInvoicesOptions extends HoldMeans {
  account: string
  accounts: Accounts
  /** There is something to look after. */
  wake: () => void
}

/** One account's hold invoices: on record before anybody can pay them, and decided once. */
export class HoldInvoices {
  readonly #options: HoldInvoicesOptions

  constructor(options: HoldInvoicesOptions) {
    this.#options = options
  }

  async create(request: CreateHoldInvoiceRequest): Promise<HoldInvoice> {
    const { account, connection, store, clock, safe, wake } = this.#options
    const { onDeadline = 'cancel', paymentHash: given, signal, ...asked } = request
    assertCreatable(request)
    const { identity } = await this.#ready(signal)
    await this.#assertFew()
    const secret = given === undefined ? (randomBytes(32).toString('hex') as Preimage) : undefined
    const paymentHash = secret === undefined ? readHash(String(given)) : hashOf(secret)
    const nowMs = clock.now()
    const record: HoldRecord = {
      paymentHash,
      account,
      ...backendColumns(identity),
      state: 'open',
      amountMsat: request.amountMsat,
      onDeadline,
      keptPreimage: secret !== undefined,
      ...(secret === undefined ? {} : { sealedPreimage: safe.seal(secret, paymentHash) }),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + request.expirySeconds * 1000,
      nextLookAtMs: nowMs + FIRST_LOOK_MS,
      looks: 0,
    }
    await store.transaction(async (writer) => {
      if ((await writer.hold(identity, paymentHash)) !== undefined) throw exists()
      // another account's: a record of it here would give this one a say over it
      if ((await writer.ownInvoice(identity, paymentHash)) !== undefined) throw exists()
      await writer.insertHold(record)
    })
    let made: Invoice
    try {
      made = await connection.call(async ({ hold }) => {
        if (hold === undefined) throw unsupported()
        return hold.create({ ...asked, paymentHash, ...(signal === undefined ? {} : { signal }) })
      }, signal)
    } catch (error) {
      if (LightningError.is(error) && error.sent === 'no')
        await store.transaction((writer) => writer.removeHold(identity, paymentHash))
      wake()
      throw error
    }
    await store.transaction((writer) =>
      writer.updateHold(identity, paymentHash, {
        expiresAtMs: made.expiresAt * 1000,
        ...(made.invoice === undefined
          ? {}
          : { minFinalCltvDelta: decodeInvoice(made.invoice).minFinalCltvDelta }),
      }),
    )
    wake()
    return { ...made, keptPreimage: record.keptPreimage, onDeadline }
  }

  async settle({
    paymentHash: hash,
    preimage: given,
    signal,
  }: { paymentHash: PaymentHash; preimage?: Preimage } & CallOptions): Promise<Invoice> {
    const { safe, store, clock, wake } = this.#options
    const paymentHash = readHash(hash)
    const record = await this.#own(paymentHash, signal)
    const secret = given === undefined ? safe.unseal(record.sealedPreimage, paymentHash) : readPreimage(given)
    if (secret === undefined)
      throw new LightningError({
        code: 'invalid_request',
        message: 'this wallet does not keep the preimage of that invoice',
        hint: 'Give the preimage: who made the payment hash has it.',
      })
    if (!proves(secret, paymentHash))
      throw new LightningError({
        code: 'invalid_request',
        message: 'the preimage is not that of the payment hash',
        hint: 'Give the preimage whose SHA-256 is the payment hash.',
      })
    const found = await this.#look(record)
    if (found.status === 'settled') return found
    if (found.status !== 'accepted')
      throw new LightningError({
        code: 'not_found',
        message:
          found.status === 'open'
            ? 'nobody has paid this invoice yet, so there is nothing to settle'
            : `this invoice is ${found.status}: no payment is held for it`,
        hint: found.status === 'open' ? 'Wait until it is accepted.' : 'Make a new invoice.',
        sent: 'no',
      })
    const decided = await decideHold({ store, clock }, record, 'settle', {
      by: 'caller',
      sealedPreimage: safe.seal(secret, paymentHash),
    })
    return this.#carryOut(decided, signal).finally(wake)
  }

  /** Cancels one of this account's; `undefined`: the ledger knows of none with that hash. */
  async cancel({
    paymentHash,
    signal,
  }: { paymentHash: PaymentHash } & CallOptions): Promise<Invoice | undefined> {
    const { account, connection, store, clock, wake } = this.#options
    const { identity } = await connection.ready(signal)
    const record = await store.read((reader) => reader.hold(identity, paymentHash))
    if (record === undefined) return undefined
    if (record.account !== account) throw unknownInvoice()
    const found = await this.#look(record)
    if (found.status === 'canceled' || found.status === 'expired') return found
    if (found.status === 'settled')
      throw new LightningError({
        code: 'already_paid',
        message: 'the payment of this invoice was taken, and cannot be sent back by canceling',
        hint: 'To give the money back, pay an invoice of the payer.',
      })
    const decided = await decideHold({ store, clock }, record, 'cancel', { by: 'caller' })
    return this.#carryOut(decided, signal).finally(wake)
  }

  async #carryOut(record: HoldRecord, signal: AbortSignal | undefined): Promise<Invoice> {
    if (isLive(record)) return carryOut(record, this.#options, signal === undefined ? {} : { signal })
    const found = await askHold(this.#options, record.paymentHash)
    if (found === undefined) throw unknownInvoice()
    return found
  }

  /** What the backend says, once it is on record where it is over. */
  async #look({ paymentHash, ...record }: HoldRecord): Promise<Invoice> {
    const { store, clock } = this.#options
    const found = await askHold(this.#options, paymentHash)
    if (found === undefined) throw unknownInvoice()
    const identity = { kind: record.backendKind, network: record.backendNetwork, id: record.backendId }
    await recordFound(store, identity, paymentHash, found, clock.now())
    return found
  }

  async #own(paymentHash: PaymentHash, signal: AbortSignal | undefined): Promise<HoldRecord> {
    const { account, store } = this.#options
    const { identity } = await this.#ready(signal)
    const record = await store.read((reader) => reader.hold(identity, paymentHash))
    if (record?.account !== account) throw unknownInvoice()
    return record
  }

  async #ready(signal: AbortSignal | undefined): Promise<BackendProfile> {
    const { accounts, connection } = this.#options
    await accounts.assertOwnNode()
    const profile = await connection.ready(signal)
    if (!supports(profile.capabilities, 'hold.create')) throw unsupported()
    return profile
  }

  async #assertFew(): Promise<void> {
    const { account, store } = this.#options
    if ((await store.read((reader) => reader.countLiveHolds(account))) < MOST_LIVE) return
    throw new LightningError({
      code: 'rate_limited',
      message: `${MOST_LIVE} hold invoices of this account are open already`,
      hint: 'Cancel some of them, or wait until they expire.',
      sent: 'no',
    })
  }
}

function assertCreatable({
  amountMsat,
  onDeadline,
  paymentHash,
  expirySeconds,
}: CreateHoldInvoiceRequest): void {
  const bad = (message: string, hint: string) =>
    new LightningError({ code: 'invalid_request', message, hint })
  if (msat(amountMsat) <= 0n) throw bad('a hold invoice needs an amount above zero', 'Give the amount.')
  if (!(Number.isSafeInteger(expirySeconds) && expirySeconds > 0))
    throw bad('the expiry is no whole number of seconds above zero', 'Give such a number.')
  if (onDeadline !== undefined && onDeadline !== 'cancel' && onDeadline !== 'settle')
    throw bad('before its deadline a held payment is settled or canceled', 'Say settle or cancel.')
  if (onDeadline === 'settle' && paymentHash !== undefined)
    throw bad(
      'the wallet can settle by itself only what it keeps the preimage of',
      'Leave the payment hash out, so that the wallet chooses the preimage; or let it cancel.',
    )
}

const hashOf = (secret: Preimage): PaymentHash =>
  readHash(createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex'))

const unsupported = (): LightningError =>
  new LightningError({
    code: 'unsupported',
    message: 'this wallet’s backend or its credential cannot hold payments',
    hint: 'Use an ordinary invoice.',
    sent: 'no',
  })

const exists = (): LightningError =>
  new LightningError({
    code: 'already_exists',
    message: 'there is an invoice with this payment hash already',
    hint: 'Use a fresh preimage for each invoice.',
    sent: 'no',
  })

/** Of one that is another account's as well. */
export const unknownInvoice = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'this wallet has no such invoice',
    hint: 'Check the payment hash. A payment can be held only for a hold invoice of this wallet.',
    sent: 'no',
  })
