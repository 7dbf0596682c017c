import type { UrlOptions } from '@lightning-mcp/codec'
import { type ChannelRef, type DestinationResolver, LightningError, supports } from '@lightning-mcp/core'
import type { Accounts } from './accounts/accounts.ts'
import { sharedCapabilities } from './accounts/shared-capabilities.ts'
import { assertMayAskNode } from './accounts/tracked-kinds.ts'
import type { ApprovalAuthority } from './approvals/approval-verdict.ts'
import type { Connection } from './backend/connection.ts'
import type { Clock } from './clock.ts'
import { claim, resumeApproved } from './intents/claim.ts'
import { type Intent, type IntentChange, isOpen } from './intents/intent.ts'
import { mintInvoice, noteNotMinted } from './intents/mint-invoice.ts'
import { RefusalMeter } from './intents/refusal-meter.ts'
import { type Claim, type ClaimContext, pin } from './intents/reserve.ts'
import { assertCanRoute } from './intents/send-options.ts'
import { type Asked, readRequest } from './intents/target.ts'
import type { Leases } from './leases.ts'
import { nothingSent } from './nothing-sent.ts'
import type { PolicyBook } from './policy/policy-book.ts'
import { atQuotedRate } from './quotes/quoted-rate.ts'
import type { SpendingGate } from './safety/gates.ts'
import type { Sender } from './sender.ts'
import { askedFor, isKnownSpend } from './spending/asked-for.ts'
import { planAgain } from './spending/plan-again.ts'
import { prepareSpend } from './spending/prepare-spend.ts'
import { readSpend } from './spending/read-spend.ts'
import { recordedNames } from './spending/recorded-names.ts'
import type { SpendRequest } from './spending/spend-request.ts'
import type { Step } from './steps.ts'
import { storeError } from './store/store-error.ts'
import type { StoreReader, StoreWriter, WalletStore } from './store/wallet-store.ts'
import type { Waiter } from './waiter.ts'
import type { PaymentRequest } from './wallet.ts'

export interface PayerOptions {
  account: string
  accounts: Accounts
  connection: Connection
  store: WalletStore
  clock: Clock
  leases: Leases
  policy: PolicyBook
  gates: readonly SpendingGate[]
  resolver?: DestinationResolver
  sender: Sender
  waiter: Waiter
  step: Step
  authority: () => ApprovalAuthority
  /** A payment waits for the owner. */
  onAwaiting: () => void
  onAlarm: (alarm: string) => void
  replayWindowMs: number
  urls: UrlOptions
}

type Reached = Pick<ClaimContext, 'fees' | 'identity'>

interface Paid {
  intent: Intent
  replayed: boolean
}

/** Takes a request from its words to a payment under way. */
export class Payer {
  readonly #options: PayerOptions
  readonly #refusals: RefusalMeter

  constructor(options: PayerOptions) {
    this.#options = options
    const { account, onAlarm } = options
    this.#refusals = new RefusalMeter(() =>
      onAlarm(
        `so many payments of account ${account} were refused that for now not each refusal is written down`,
      ),
    )
  }

  async pay(request: PaymentRequest & { waitSeconds: number }): Promise<Paid> {
    const { signal } = request
    const untilMs = this.#options.clock.now() + request.waitSeconds * 1000
    const asked = readRequest(request, this.#options.urls)
    this.#assertResolvable(asked)
    const reach = () => this.#reach(asked, signal)
    const context = await this.#context(reach, signal, () => this.#known(asked))
    return this.#goOn(asked, context, { ...request, untilMs })
  }

  /** Spends otherwise than on an invoice. */
  async spend(request: SpendRequest & { waitSeconds: number }): Promise<Paid> {
    const { account, connection, store, clock } = this.#options
    const { signal } = request
    const untilMs = clock.now() + request.waitSeconds * 1000
    const { quoteId } = request
    const read = readSpend(request)
    const order =
      quoteId === undefined ? read : await this.#read((reader) => atQuotedRate(reader, read, account))
    let asked = askedFor(order)
    const reach = async () => {
      assertMayAskNode(await this.#read((reader) => reader.account(account)), order.order.kind)
      const profile = await connection.ready(signal)
      const { identity } = profile
      const namesOnRecord = (channel: ChannelRef) =>
        this.#read((reader) => recordedNames(reader, identity, channel))
      const prepared = await connection.call(
        (backend) => prepareSpend(order, { backend, profile, signal, nowMs: clock.now(), namesOnRecord }),
        signal,
      )
      asked = askedFor(order, prepared)
      return { identity, fees: { feeLimit: 'none' as const } }
    }
    const isKnown = async () => {
      if (await store.read((reader) => isKnownSpend(reader, account, asked))) return true
      // a channel has several names, and another one may be on record
      return 'channel' in order.order ? undefined : false
    }
    const context = await this.#context(reach, signal, isKnown)
    return this.#goOn(asked, context, { ...request, untilMs })
  }

  /** Claims what is asked for, sends it where that is to be done, and waits for it. */
  async #goOn(
    asked: Asked,
    context: () => ClaimContext,
    {
      untilMs,
      signal,
      onProgress,
      returnAwaitingApproval,
    }: Pick<PaymentRequest, 'signal' | 'onProgress' | 'returnAwaitingApproval'> & { untilMs: number },
  ): Promise<Paid> {
    const { clock, waiter } = this.#options
    signal?.throwIfAborted()

    const claimed = await this.#transaction((store) => claim(store, asked, context()))
    if (claimed.next === 'refused') throw claimed.error
    const { paymentId } = claimed.intent
    const wait = { untilMs, signal, onProgress, returnAwaitingApproval }
    if (claimed.intent.state === 'awaiting_approval') this.#options.onAwaiting()
    if (claimed.next === 'approve')
      return { intent: await waiter.forIntent(paymentId, wait), replayed: false }
    if (claimed.next === 'replay')
      return {
        intent: isOpen(claimed.intent) ? await waiter.forIntent(paymentId, wait) : claimed.intent,
        replayed: true,
      }

    // From here on the payment goes its way, whether or not anybody waits for it.
    const work =
      claimed.next === 'send'
        ? this.#options.sender.send(claimed.intent)
        : this.#mint(claimed.intent, context)
    const refused = await unlessOver(work, clock, untilMs, signal)
    if (refused !== undefined) throw refused
    return { intent: await waiter.forIntent(paymentId, wait), replayed: false }
  }

  /** Sends a payment that the owner approved, whether or not anybody calls. Rejects where it cannot be sent now. */
  async resume(intent: Intent): Promise<void> {
    const { connection } = this.#options
    const paysInvoice = intent.kind === 'invoice' || intent.kind === 'minted'
    let plan: IntentChange = {}
    const reach = async () => {
      if (paysInvoice) return this.#reach(intent, undefined)
      const profile = await connection.ready()
      const nowMs = this.#options.clock.now()
      plan = await connection.call((backend) => planAgain(intent, { backend, profile, nowMs }))
      return { identity: profile.identity, fees: { feeLimit: 'none' as const } }
    }
    const context = await this.#context(reach, undefined, async () => false)
    const claimed = await this.#transaction((store) => resumeApproved(store, intent, context(), plan))
    if (claimed.next === 'refused') throw claimed.error
    if (claimed.next === 'send') void this.#options.sender.send(claimed.intent)
    const fault = claimed.next === 'mint' ? await this.#mint(claimed.intent, context) : undefined
    if (fault !== undefined) throw fault
    this.#options.waiter.changed(intent.paymentId)
  }

  #assertResolvable({ target }: Asked): void {
    if (target.kind === 'invoice' || this.#options.resolver !== undefined) return
    throw new LightningError({
      code: 'unsupported',
      message: 'this wallet cannot ask an address or LNURL for an invoice',
      hint: 'Ask the recipient for an invoice and pay that.',
    })
  }

  /** What a claim is judged by. A backend that cannot be reached leaves only earlier payments to be told. */
  async #context(
    reach: () => Promise<Reached>,
    signal: AbortSignal | undefined,
    isKnown: () => Promise<boolean | undefined>,
  ): Promise<() => ClaimContext> {
    const { account, clock, leases, policy, gates, replayWindowMs } = this.#options
    const { authority, onAlarm } = this.#options
    let reached: Reached & Pick<ClaimContext, 'fault'>
    let inside: ClaimContext['inside']
    try {
      reached = await reach()
      inside = await this.#prepare(reached)
    } catch (fault) {
      if (signal?.aborted) throw fault
      const known = await isKnown().catch(() => undefined)
      // where that cannot be told the first fault is the answer
      if (known !== true) throw known === undefined ? fault : nothingSent(fault)
      reached = { fees: { feeLimit: 'none' }, fault }
    }
    return () => ({
      account,
      nowMs: clock.now(),
      replayWindowMs,
      ...policy.atOnce(gates),
      authority: authority(),
      inside,
      onAlarm,
      keepsRefusal: () => this.#refusals.take(clock.now()),
      ...reached,
      owner: leases.owner,
      leaseMs: leases.leaseMs,
    })
  }

  async #prepare({ identity }: Reached): Promise<ClaimContext['inside']> {
    const { accounts, connection } = this.#options
    return identity === undefined
      ? undefined
      : accounts.prepare({ identity, capabilities: connection.capabilities })
  }

  /** The backend that is to pay an invoice, and what it says about its fees. */
  async #reach(
    { amountMsat, sendOptions }: Pick<Asked, 'amountMsat' | 'sendOptions'>,
    signal: AbortSignal | undefined,
  ): Promise<Reached> {
    const { accounts, connection } = this.#options
    const { identity, feeLimit, capabilities } = await connection.ready(signal)
    if (!supports(capabilities, 'payInvoice'))
      throw new LightningError({
        code: 'permission_denied',
        message: 'the wallet’s credential may not send payments',
        hint: 'The owner has to give it one that may, if that is meant.',
      })
    if (sendOptions !== undefined) await accounts.assertKnown()
    assertCanRoute(sendOptions, accounts.isTracked ? sharedCapabilities(capabilities) : capabilities)
    const worstFeeMsat =
      feeLimit === 'reserve-only'
        ? await connection.call(async (backend) => backend.estimateWorstFee?.({ amountMsat }), signal)
        : undefined
    return { identity, fees: { feeLimit, ...(worstFeeMsat === undefined ? {} : { worstFeeMsat }) } }
  }

  /** Whether something of this call may be on record, so that an unreachable node is not the whole answer. */
  async #known({ target, idempotencyKey, quoteId, amountMsat }: Asked): Promise<boolean> {
    const { account, store } = this.#options
    return store.read(async (reader) => {
      if (idempotencyKey !== undefined && (await reader.intentByKey(account, idempotencyKey))) return true
      if (quoteId !== undefined && (await reader.intentByQuote(account, quoteId))) return true
      if (target.kind === 'invoice') {
        const { paymentHash } = target.decoded
        if ((await reader.liveIntentByHash(paymentHash)) !== undefined) return true
        return (await reader.intentByHash(account, paymentHash))?.state === 'awaiting_approval'
      }
      const { destination } = target
      return (
        (await reader.newestMinted({ account, destination, amountMsat }, [
          'created',
          'awaiting_approval',
          'dispatched',
          'settled',
        ])) !== undefined
      )
    })
  }

  async #read<T>(work: (store: StoreReader) => Promise<T>): Promise<T> {
    try {
      return await this.#options.store.read(work)
    } catch (error) {
      throw noRecord(error)
    }
  }

  async #transaction<T>(work: (store: StoreWriter) => Promise<T>): Promise<T> {
    let inside: unknown
    await this.#options.policy.refresh()
    try {
      return await this.#options.store.transaction(async (store) => {
        try {
          return await work(store)
        } catch (error) {
          inside = error
          throw error
        }
      })
    } catch (error) {
      throw inside === error && LightningError.is(error) ? error : noRecord(error)
    }
  }

  /** Has an invoice made, pins it and sends. Never rejects. */
  async #mint(intent: Intent, context: () => ClaimContext): Promise<LightningError | undefined> {
    const { leases, sender, step, waiter } = this.#options
    const { paymentId } = intent
    const hold = leases.hold(paymentId, intent.leaseUntilMs)
    let claimed: Claim
    try {
      await step('created', intent)
      const minted = await mintInvoice(intent, this.#options)
      await step('minted', intent)
      if (leases.lapsed(paymentId)) throw new Error('held up')
      claimed = await this.#transaction((store) => pin(store, intent, minted, context()))
      if (claimed.next === 'refused') throw claimed.error
    } catch (error) {
      leases.letGo(paymentId, hold)
      const fault = LightningError.is(error)
        ? error
        : new LightningError({
            code: 'unavailable',
            message: 'the recipient gave no invoice; nothing was sent',
            cause: error,
          })
      await noteNotMinted(intent, fault, this.#options)
      waiter.changed(paymentId)
      return fault
    }
    if (claimed.next !== 'send') {
      if (claimed.next === 'approve') this.#options.onAwaiting()
      // somebody else took it over; waiting shows what became of it
      leases.letGo(paymentId, hold)
      return undefined
    }
    return sender.send(claimed.intent)
  }
}

/** A store in trouble stops spending, and says so. */
function noRecord(cause: unknown): LightningError {
  const { message, hint } = storeError(cause)
  return new LightningError({
    code: 'spending_paused',
    message: `nothing was sent, because no record could be made: ${message}`,
    ...(hint === undefined ? {} : { hint }),
    cause,
  })
}

/** What the work answers, or nothing once the caller's patience is over. */
async function unlessOver<T>(
  work: Promise<T>,
  clock: Clock,
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  let end = () => {}
  const patience = new Promise<undefined>((resolve) => {
    const over = () => resolve(undefined)
    const cancel = clock.after(Math.max(0, untilMs - clock.now()), over)
    signal?.addEventListener('abort', over, { once: true })
    if (signal?.aborted) over()
    end = () => {
      cancel()
      signal?.removeEventListener('abort', over)
    }
  })
  try {
    return await Promise.race([work, patience])
  } finally {
    end()
  }
}
