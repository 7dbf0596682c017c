import { randomUUID } from 'node:crypto'
import {
  type BackendProfile,
  type DestinationResolver,
  type LightningBackend,
  LightningError,
  msat,
  type NodeInfo,
} from '@lightning-mcp/core'
import { Accounts } from './accounts/accounts.ts'
import { insideStrategy } from './accounts/inside.ts'
import { isInside } from './accounts/inside-details.ts'
import { Receipts } from './accounts/receipts.ts'
import { openPreimageSafe, preimageSafeInMemory } from './accounts/sealed-preimage.ts'
import { SHARED_NODE, sharedCapabilities } from './accounts/shared-capabilities.ts'
import { SolvencyGuard } from './accounts/solvency-guard.ts'
import { mayElicit } from './approvals/approval-rules.ts'
import type { ApprovalSettings } from './approvals/approval-settings.ts'
import { ApprovalWorker } from './approvals/approval-worker.ts'
import { intentOfApproval } from './approvals/find-approval.ts'
import { abortable, Connection } from './backend/connection.ts'
import { Hints } from './backend/hints.ts'
import { watchFromNow } from './backend/watch-from-now.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { STRATEGIES, type StrategyOf } from './dispatch/strategies.ts'
import { withHint } from './hints.ts'
import { listPayments } from './history.ts'
import { isOpen, sameBackend } from './intents/intent.ts'
import { toRecord } from './intents/record.ts'
import { Leases } from './leases.ts'
import { checkLimits, type WalletLimits } from './limits.ts'
import { createNodeReader } from './node-reader.ts'
import { Payer } from './payer.ts'
import { paymentId as readPaymentId } from './payment-id.ts'
import { readBudget } from './policy/budget.ts'
import { PolicyBook } from './policy/policy-book.ts'
import { preview } from './preview.ts'
import { Reconciler } from './reconciler.ts'
import { breakerGate } from './safety/breaker.ts'
import { KillSwitch } from './safety/kill-switch.ts'
import { ledgerGate } from './safety/ledger-gate.ts'
import { whyPaused } from './safety/why-paused.ts'
import { Sender } from './sender.ts'
import { ownNodeGate } from './spending/own-node-gate.ts'
import type { Step } from './steps.ts'
import type { WalletStore } from './store/wallet-store.ts'
import { Waiter } from './waiter.ts'
import type { PaymentId, PaymentRecord, Wallet, WalletDetails } from './wallet.ts'

export interface WalletLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export interface WalletOptions {
  /** Already wrapped in layers. From here on nobody else should hold it. */
  backend: LightningBackend
  store: WalletStore
  /** For Lightning addresses and LNURLs; without it they are `unsupported`. */
  resolver?: DestinationResolver
  limits?: WalletLimits
  /** Where the owner's signed policy lies; read again whenever it changes. */
  policyFile?: string
  /**
   * The owner's verifying key (Ed25519, base64url), against which policies, approvals and the ledger's
   * certificate are checked. `required`: without a key and a certified ledger nothing is spent.
   * Read whenever it is needed, so that a key which is made later counts without a restart.
   */
  owner?: { readonly publicKey?: string | undefined; readonly required: boolean }
  /** A file whose existence pauses spending until the owner resumes it; looked for with each payment. */
  killFile?: string
  /** Whose payments these are. Default `default`; any other must have been made (`createAccount`). */
  account?: string
  /**
   * Where the key lies that hides the preimages of accounts' invoices in the store; made when first
   * needed. Default: in memory, so that after a restart such an invoice is paid from outside only.
   */
  invoiceKeyFile?: string
  /** How payments are approved that the limits have wait for the owner. */
  approvals?: ApprovalSettings
  /** For how long the same call to an address after it settled still means the same payment. Default 10 minutes. */
  replayWindowSeconds?: number
  clock?: Clock
  /** One line about something an operator should see. Never holds a secret. */
  log?: WalletLog
  /** For tests: addresses and LNURLs on this machine, without https. */
  allowLoopbackHttp?: boolean
  /** For tests: called and waited for at each step of a payment. */
  onStep?: Step
  /** For tests: how long a process may be silent before another looks after its payments. */
  leaseSeconds?: number
}

const MAX_WAIT_SECONDS = 60
const STOP_GRACE_MS = 700
const REPLAY_WINDOW_SECONDS = 600
const LEASE_SECONDS = 15

/** One account's wallet on one backend. Does no I/O before it is used or started. */
export function createWallet(options: WalletOptions): Wallet {
  const { backend, store, resolver, account = 'default', clock = systemClock } = options
  const { log } = options
  const owner = options.owner ?? { required: false }
  const settings = checkLimits(options.limits)
  const policy = new PolicyBook({ path: options.policyFile, owner, settings, store, clock })
  const urls = { allowLoopbackHttp: options.allowLoopbackHttp ?? false }
  const details = `details:${account}`
  const stopping = new AbortController()
  const calls = new Set<Promise<unknown>>()

  const onAlarm = (alarm: string) => log?.error(alarm)
  const connection = new Connection({
    backend,
    clock,
    onProfile() {
      reconciler.wake()
      void announce()
    },
  })
  /** Says once that nothing may be spent, so that an operator learns it before an agent does. */
  const announce = async (): Promise<void> => {
    const now = await paused().catch(() => undefined)
    if (now === undefined || announced === now.reason) return
    announced = now.reason
    log?.warn(`${now.reason}. ${now.hint}`)
  }
  let announced: string | undefined
  const { killFile } = options
  const killSwitch = new KillSwitch({ store, clock, owner, killFile, warn: (text) => log?.warn(text) })
  const solvency = new SolvencyGuard({ connection, store, clock, onAlarm })
  const gates = [killSwitch.gate, ledgerGate(owner), policy.gate, solvency.gate, breakerGate, ownNodeGate]
  const paused = async () => {
    await policy.refresh()
    return store.read((reader) =>
      whyPaused(reader, { killSwitch, gates, account, identity: connection.identity, nowMs: clock.now() }),
    )
  }
  const leases = new Leases({
    store,
    clock,
    owner: randomUUID(),
    leaseMs: (options.leaseSeconds ?? LEASE_SECONDS) * 1000,
  })
  const hints = new Hints(connection, clock)
  const step = options.onStep ?? (() => {})
  const receipts = new Receipts({ connection, store, clock, hints })
  const safe =
    options.invoiceKeyFile === undefined ? preimageSafeInMemory() : openPreimageSafe(options.invoiceKeyFile)
  const accounts = new Accounts({
    name: account,
    connection,
    store,
    clock,
    receipts,
    guard: solvency,
    safe,
  })
  const inside = insideStrategy({
    store,
    safe,
    step,
    settledOutside: ({ paymentHash }) => void receipts.look(paymentHash),
  })
  const strategyOf: StrategyOf = (intent) => (isInside(intent) ? inside : STRATEGIES[intent.kind])
  const changed = (id: Parameters<Waiter['changed']>[0]) => {
    waiter.changed(id)
    reconciler.wake()
  }
  const mayStillSend = () => killSwitch.mayStillSend()
  const sender = new Sender({
    connection,
    store,
    clock,
    leases,
    step,
    strategyOf,
    changed,
    mayStillSend,
    onAlarm,
  })
  const isSending = (id: Parameters<Sender['isSending']>[0]) => sender.isSending(id)
  const reconciler = new Reconciler({
    connection,
    store,
    clock,
    leases,
    isSending,
    strategyOf,
    changed,
    onAlarm,
  })
  const look = async (id: PaymentId): Promise<void> => {
    await approvals.look(id)
    await reconciler.look(id)
  }
  const waiter = new Waiter({
    connection,
    store,
    clock,
    hints,
    isSending,
    lookupInvoice: (request) => accounts.lookupInvoice(request),
    look,
    stopping: stopping.signal,
  })
  const payer = new Payer({
    account,
    accounts,
    connection,
    store,
    clock,
    leases,
    policy,
    gates,
    sender,
    waiter,
    step,
    authority: () => approvals.authority(),
    onAwaiting: () => approvals.wake(),
    onAlarm,
    urls,
    replayWindowMs: (options.replayWindowSeconds ?? REPLAY_WINDOW_SECONDS) * 1000,
    ...(resolver === undefined ? {} : { resolver }),
  })

  const approvals: ApprovalWorker = new ApprovalWorker({
    account,
    store,
    clock,
    policy,
    owner,
    settings: options.approvals ?? {},
    resume: (intent) => payer.resume(intent),
    isMine: (intent) => connection.identity === undefined || sameBackend(intent, connection.identity),
    changed,
    onAlarm,
    warn: (text) => log?.warn(text),
    allowLoopbackHttp: options.allowLoopbackHttp ?? false,
  })

  /** Every way out of the wallet: an error that says what to do next, and none once it is stopped. */
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (stopping.signal.aborted)
      throw new LightningError({
        code: 'unavailable',
        message: 'the wallet is stopping and takes no more calls',
        hint: 'Call again once the program is back.',
      })
    const call = work()
    calls.add(call)
    try {
      return await call
    } catch (error) {
      throw withHint(error)
    } finally {
      calls.delete(call)
    }
  }

  /** A tracked account reads nothing of the node, also before anybody knew that it is one. */
  const ofOwnNode = <T>(work: () => Promise<T>): Promise<T> =>
    guard(async () => {
      await accounts.assertOwnNode()
      return work()
    })

  const find = (request: Parameters<Wallet['getPayment']>[0]) =>
    store.read(async (reader) => {
      const found =
        'paymentId' in request
          ? await reader.intentById(readPaymentId(request.paymentId))
          : 'paymentHash' in request
            ? await reader.intentByHash(account, request.paymentHash)
            : await intentOfApproval(reader, request.approvalId)
      return found?.account === account ? found : undefined
    })

  const recordOf = (intent: Parameters<typeof toRecord>[0]): PaymentRecord => {
    const record = toRecord(intent, { mayElicit: mayElicit(approvals.authority().rules, intent) })
    const { identity } = connection
    if (identity === undefined || sameBackend(intent, identity) || !isOpen(intent)) return record
    return {
      ...record,
      warnings: [
        ...(record.warnings ?? []),
        {
          code: 'other',
          message: `made with another wallet (${intent.backendKind}, ${intent.backendNetwork}); only that one can tell what became of it`,
        },
      ],
    }
  }

  const wallet: Wallet = {
    get capabilities() {
      return accounts.isTracked ? sharedCapabilities(connection.capabilities) : connection.capabilities
    },
    get node() {
      return accounts.isTracked ? SHARED_NODE : createNodeReader(connection, ofOwnNode)
    },

    async start() {
      // neither a node that is down nor a store in trouble keeps the server from answering
      await store.open().catch((error) => log?.error(withHint(error).message))
      await accounts.assertKnown().catch((error) => {
        if (LightningError.is(error) && error.code === 'not_ready') throw error
      })
      await announce()
      reconciler.start()
      receipts.start()
      solvency.start()
      approvals.wake()
    },

    getDetails: ({ signal } = {}) =>
      guard(async (): Promise<WalletDetails> => {
        try {
          await accounts.assertKnown()
          const profile = await connection.ready(signal)
          const node = await connection.call(
            (to) => to.getInfo(signal === undefined ? {} : { signal }),
            signal,
          )
          await store
            .transaction((writer) => writer.setMeta(details, JSON.stringify({ profile, node })))
            .catch(() => {})
          return { profile, node, online: true, account: accounts.shown }
        } catch (error) {
          const last = await store.read((reader) => reader.getMeta(details)).catch(() => undefined)
          if (last === undefined || signal?.aborted) throw error
          const { profile, node } = JSON.parse(last) as { profile: BackendProfile; node: NodeInfo }
          return { profile, node, online: false, account: accounts.shown }
        }
      }),
    getBalance: (request = {}) =>
      guard(async () => ({ ...(await accounts.balance(request)), account: accounts.shown })),
    createInvoice: (request) => guard(() => accounts.createInvoice(request)),
    lookupInvoice: (request) => guard(() => accounts.lookupInvoice(request)),

    preview: (request) =>
      guard(() =>
        preview(request, {
          connection,
          store,
          policy,
          gates,
          account,
          balanceOf: (options) => accounts.balance(options),
          insideMeans: (capabilities) => accounts.insideMeans(capabilities),
          clock,
          urls,
          ...(resolver === undefined ? {} : { resolver }),
        }),
      ),
    pay: (request) =>
      guard(async () => {
        const waitSeconds = boundedWait(request.waitSeconds ?? 25)
        const { intent, replayed } = await solvency.withFigure(() => payer.pay({ ...request, waitSeconds }))
        return { ...recordOf(intent), replayed }
      }),
    spend: (request) =>
      guard(async () => {
        const waitSeconds = boundedWait(request.waitSeconds ?? 25)
        const { intent, replayed } = await solvency.withFigure(() => payer.spend({ ...request, waitSeconds }))
        return { ...recordOf(intent), replayed }
      }),
    getPayment: (request) =>
      guard(async () => {
        const intent = await find(request)
        if (intent === undefined) return undefined
        if (!isOpen(intent)) return recordOf(intent)
        await abortable(look(intent.paymentId), request.signal)
        return recordOf((await find({ paymentId: intent.paymentId })) ?? intent)
      }),
    waitForPayment: (request) =>
      guard(async () => {
        const { signal, onProgress } = request
        const untilMs = clock.now() + boundedWait(request.waitSeconds) * 1000
        const intent = await find(request)
        if (intent !== undefined) {
          const last = await waiter.forIntent(intent.paymentId, { untilMs, signal, onProgress })
          return { payment: recordOf(last) }
        }
        if (!('paymentHash' in request)) return {}
        const invoice = await waiter.forInvoice(request.paymentHash, { untilMs, signal, onProgress })
        return invoice === undefined ? {} : { invoice }
      }),
    answerByElicitation: (request) => guard(() => approvals.answerByElicitation(request)),
    listPayments: (request) =>
      guard(() =>
        accounts.listPayments(request, () => listPayments(request, { connection, store, account })),
      ),
    getBudget: () =>
      guard(async () => {
        const stopped = await paused()
        const nowMs = clock.now()
        const { balance, ...budget } = await store.read(async (reader) => ({
          ...(await readBudget(reader, policy.current.rulebook, { account, nowMs })),
          balance: await reader.balance(account),
        }))
        const { reservedMsat, paidMsat, feesMsat } = balance
        return {
          ...budget,
          reservedMsat: msat(reservedMsat),
          spentMsat: msat(paidMsat + feesMsat),
          ...(stopped === undefined ? {} : { paused: stopped }),
        }
      }),
    pause: (reason, way = 'program') => guard(() => killSwitch.pause(way, reason)),
    async *watch(request = {}) {
      await guard(() => connection.ready(request.signal))
      try {
        yield* accounts.watch(watchFromNow(connection.declared, request), request.signal)
      } catch (error) {
        throw withHint(error)
      }
    },

    async stop() {
      if (stopping.signal.aborted) return
      // whoever waits is told what stands; what is being sent reaches a durable state
      stopping.abort()
      const patiently = (work: Promise<unknown>) => Promise.race([work, pause(clock, STOP_GRACE_MS)])
      await sender.stop(STOP_GRACE_MS)
      await patiently(
        Promise.allSettled([reconciler.stop(), receipts.stop(), solvency.stop(), approvals.stop(), ...calls]),
      )
      hints.stop()
      killSwitch.stop()
      await Promise.allSettled([store.close(), backend.close()])
    },
  }
  return Object.freeze(wallet)
}

function boundedWait(seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds, MAX_WAIT_SECONDS)
  throw new LightningError({
    code: 'invalid_request',
    message: 'the time to wait is no number of seconds from 0 up',
    hint: `Give 0 to ${MAX_WAIT_SECONDS} seconds.`,
  })
}
