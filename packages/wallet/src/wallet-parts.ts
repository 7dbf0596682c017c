import { randomUUID } from 'node:crypto'
import { Accounts } from './accounts/accounts.ts'
import { insideStrategy } from './accounts/inside.ts'
import { isInside } from './accounts/inside-details.ts'
import { Receipts } from './accounts/receipts.ts'
import { openPreimageSafe, preimageSafeInMemory } from './accounts/sealed-preimage.ts'
import { SolvencyGuard } from './accounts/solvency-guard.ts'
import { ApprovalWorker } from './approvals/approval-worker.ts'
import { Connection } from './backend/connection.ts'
import { Hints } from './backend/hints.ts'
import { systemClock } from './clock.ts'
import { STRATEGIES, type StrategyOf } from './dispatch/strategies.ts'
import { HoldGuardian } from './hold/hold-guardian.ts'
import { HoldInvoices } from './hold/hold-invoices.ts'
import { sameBackend } from './intents/intent.ts'
import { Leases } from './leases.ts'
import { checkLimits } from './limits.ts'
import { ManageGuard } from './manage-guard.ts'
import { manageRecord } from './manage-record.ts'
import { Payer } from './payer.ts'
import { PolicyBook } from './policy/policy-book.ts'
import { Reconciler } from './reconciler.ts'
import { breakerGate } from './safety/breaker.ts'
import { KillSwitch } from './safety/kill-switch.ts'
import { ledgerGate } from './safety/ledger-gate.ts'
import { whyPaused } from './safety/why-paused.ts'
import { Sender } from './sender.ts'
import { ownNodeGate } from './spending/own-node-gate.ts'
import { Waiter } from './waiter.ts'
import type { PaymentId } from './wallet.ts'
import type { WalletOptions } from './wallet-options.ts'

const REPLAY_WINDOW_SECONDS = 600
const LEASE_SECONDS = 15

/** Everything a wallet is made of, each knowing the others it needs. */
export type WalletParts = ReturnType<typeof composeParts>

/** Puts the parts of one account's wallet together. Does no I/O. */
export function composeParts(options: WalletOptions) {
  const { backend, store, resolver, account = 'default', clock = systemClock } = options
  const { log } = options
  const owner = options.owner ?? { required: false }
  const settings = checkLimits(options.limits)
  const policy = new PolicyBook({ path: options.policyFile, owner, settings, store, clock })
  const urls = { allowLoopbackHttp: options.allowLoopbackHttp ?? false }
  const stopping = new AbortController()

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
  const mayStillSend = () => killSwitch.mayStillSend()
  const inside = insideStrategy({
    store,
    safe,
    step,
    mayStillSend,
    settledOutside: ({ paymentHash }) => void receipts.look(paymentHash),
  })
  const strategyOf: StrategyOf = (intent) => (isInside(intent) ? inside : STRATEGIES[intent.kind])
  const changed = (id: Parameters<Waiter['changed']>[0]) => {
    waiter.changed(id)
    reconciler.wake()
  }
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
  const holdMeans = { connection, store, clock, safe }
  const guardian = new HoldGuardian({ ...holdMeans, leases, hints, onAlarm })
  const holds = new HoldInvoices({ ...holdMeans, account, accounts, wake: () => guardian.start() })
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

  const guard = new ManageGuard({ account, store, policy })
  const managed = manageRecord({ account, store, clock, paused, guard, onAlarm })

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

  return {
    account,
    accounts,
    announce,
    approvals,
    clock,
    connection,
    gates,
    guardian,
    hints,
    holds,
    killSwitch,
    look,
    managed,
    payer,
    paused,
    policy,
    receipts,
    reconciler,
    sender,
    solvency,
    stopping,
    urls,
    waiter,
  }
}
