import {
  type BackendProfile,
  LightningError,
  MANAGING_CALLS,
  msat,
  type NodeInfo,
  READING_CALLS,
} from '@lightning-mcp/core'
import { SHARED_NODE, sharedCapabilities, sharedNodeInfo } from './accounts/shared-capabilities.ts'
import { mayElicit } from './approvals/approval-rules.ts'
import { intentOfApproval } from './approvals/find-approval.ts'
import { abortable } from './backend/connection.ts'
import { watchFromNow } from './backend/watch-from-now.ts'
import { pause } from './clock.ts'
import { withHint } from './hints.ts'
import { listPayments } from './history.ts'
import { isOpen, sameBackend } from './intents/intent.ts'
import { toRecord } from './intents/record.ts'
import { createNodeAccess } from './node-access.ts'
import { paymentId as readPaymentId } from './payment-id.ts'
import { readBudget } from './policy/budget.ts'
import { preview } from './preview.ts'
import { previewSpend } from './spending/preview-spend.ts'
import type { PaymentRecord, Wallet, WalletDetails } from './wallet.ts'
import type { WalletOptions } from './wallet-options.ts'
import { composeParts } from './wallet-parts.ts'

const MAX_WAIT_SECONDS = 60
const STOP_GRACE_MS = 700

/** One account's wallet on one backend. Does no I/O before it is used or started. */
export function createWallet(options: WalletOptions): Wallet {
  const { backend, store, resolver, log } = options
  const parts = composeParts(options)
  const { account, accounts, approvals, clock, connection, gates, policy, solvency, stopping, waiter } = parts
  const { managed } = parts
  const { guardian, hints, holds, killSwitch, receipts, reconciler, sender } = parts
  const details = `details:${account}`
  const calls = new Set<Promise<unknown>>()

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

  const seen = (node: NodeInfo): NodeInfo => (accounts.isTracked ? sharedNodeInfo(node) : node)

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
      return accounts.isTracked ? SHARED_NODE : createNodeAccess(READING_CALLS, connection, ofOwnNode)
    },
    get manage() {
      return accounts.isTracked
        ? SHARED_NODE
        : createNodeAccess(MANAGING_CALLS, connection, ofOwnNode, managed.note)
    },

    async start() {
      // neither a node that is down nor a store in trouble keeps the server from answering
      await store.open().catch((error) => log?.error(withHint(error).message))
      await accounts.assertKnown().catch((error) => {
        if (LightningError.is(error) && error.code === 'not_ready') throw error
      })
      await parts.announce()
      reconciler.start()
      receipts.start()
      solvency.start()
      guardian.start()
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
          return { profile, node: seen(node), online: true, account: accounts.shown }
        } catch (error) {
          const last = await store.read((reader) => reader.getMeta(details)).catch(() => undefined)
          if (last === undefined || signal?.aborted) throw error
          const { profile, node } = JSON.parse(last) as { profile: BackendProfile; node: NodeInfo }
          return { profile, node: seen(node), online: false, account: accounts.shown }
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
          urls: parts.urls,
          ...(resolver === undefined ? {} : { resolver }),
        }),
      ),
    pay: (request) =>
      guard(async () => {
        const waitSeconds = boundedWait(request.waitSeconds ?? 25)
        const { intent, replayed } = await solvency.withFigure(() =>
          parts.payer.pay({ ...request, waitSeconds }),
        )
        return { ...recordOf(intent), replayed }
      }),
    spend: (request) =>
      guard(async () => {
        const waitSeconds = boundedWait(request.waitSeconds ?? 25)
        const { intent, replayed } = await solvency.withFigure(() =>
          parts.payer.spend({ ...request, waitSeconds }),
        )
        return { ...recordOf(intent), replayed }
      }),
    previewSpend: (request) =>
      guard(() =>
        previewSpend(request, {
          connection,
          store,
          policy,
          gates,
          account,
          balanceOf: (options) => accounts.balance(options),
          clock,
        }),
      ),
    createHoldInvoice: (request) => guard(() => holds.create(request)),
    settleHoldInvoice: (request) => guard(() => holds.settle(request)),
    cancelInvoice: (request) =>
      guard(async () => (await holds.cancel(request)) ?? accounts.cancelInvoice(request)),
    getPayment: (request) =>
      guard(async () => {
        const intent = await find(request)
        if (intent === undefined) return undefined
        if (!isOpen(intent)) return recordOf(intent)
        await abortable(parts.look(intent.paymentId), request.signal)
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
        const stopped = await parts.paused()
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
        Promise.allSettled([
          reconciler.stop(),
          receipts.stop(),
          solvency.stop(),
          guardian.stop(),
          approvals.stop(),
          ...calls,
        ]),
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
