import { LightningError } from '@lightning-mcp/core'
import type { Clock } from '../clock.ts'
import type { Intent } from '../intents/intent.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import type { PolicyBook } from '../policy/policy-book.ts'
import type { WaitingApproval } from '../store/approval-queries.ts'
import type { StoreWriter, WalletStore } from '../store/wallet-store.ts'
import type { ApprovalId, PaymentId } from '../wallet.ts'
import type { Approval, ApprovalDecider, ApprovalDecision } from './approval.ts'
import { approvalId as readApprovalId } from './approval-id.ts'
import { assertMayElicit } from './approval-rules.ts'
import type { ApprovalSettings } from './approval-settings.ts'
import type { ApprovalAuthority } from './approval-verdict.ts'
import { assertOpen, writeDecision } from './decide-approval.ts'
import { endsApproved } from './ends-approved.ts'
import { endWaiting, type FollowContext, followDecision, readVerdict } from './follow-decision.ts'
import { postPauseMs, postWebhook } from './post-webhook.ts'

/** How soon a decision that another process wrote is seen. */
const POLL_MS = 1_000
/** How soon a payment is seen that another process left waiting. */
const HEARTBEAT_MS = 30_000
const AT_ONCE = 1_000
/** Between tries to send what is approved and cannot be sent yet. */
const PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 60_000]

export interface ApprovalWorkerOptions {
  account: string
  store: WalletStore
  clock: Clock
  policy: Pick<PolicyBook, 'current' | 'refresh'>
  owner: { readonly publicKey?: OwnerPublicKey | undefined }
  settings: ApprovalSettings
  /** Judges and sends an approved payment, wherever a claim would. Rejects where it cannot be sent now. */
  resume: (intent: Intent) => Promise<void>
  /** Another process may have it in hand, or the payment may be another backend's. */
  isMine: (intent: Intent) => boolean
  changed: (paymentId: PaymentId) => void
  onAlarm: (alarm: string) => void
  warn: (text: string) => void
  allowLoopbackHttp: boolean
}

/**
 * Looks after payments that wait for the owner: sees decisions that the CLI wrote, asks the webhook,
 * ends what nobody decided in time, and goes on with what is approved, whether or not anybody calls.
 * Several processes may do so at once: each step is one transaction that only one of them wins.
 */
export class ApprovalWorker {
  readonly #options: ApprovalWorkerOptions
  readonly #stop = new AbortController()
  readonly #busy = new Map<PaymentId, Promise<void>>()
  readonly #posting = new Map<ApprovalId, Promise<void>>()
  readonly #asked = new Set<ApprovalId>()
  readonly #granted = new Set<ApprovalId>()
  readonly #failures = new Map<PaymentId, { times: number; untilMs: number }>()
  #cancel: (() => void) | undefined
  #round: Promise<void> | undefined
  #again = false
  #warned = false

  constructor(options: ApprovalWorkerOptions) {
    this.#options = options
  }

  /** Whose word counts, as of now. */
  readonly authority = (): ApprovalAuthority => {
    const { policy, owner, settings } = this.#options
    const { rulebook } = policy.current
    const rules = rulebook.version === undefined ? (settings.rules ?? {}) : rulebook.approvals
    return { rules, publicKey: owner.publicKey, granted: this.#granted }
  }

  /** Looks now and from then on. */
  wake(): void {
    if (this.#stop.signal.aborted) return
    this.#cancel?.()
    if (this.#round !== undefined) {
      this.#again = true
      return
    }
    this.#round = this.#work()
      .then(
        (waits) => (waits ? POLL_MS : HEARTBEAT_MS),
        () => HEARTBEAT_MS / 6,
      )
      .then((pauseMs) => {
        this.#round = undefined
        if (this.#stop.signal.aborted) return
        this.#cancel = this.#options.clock.after(this.#again ? 0 : pauseMs, () => this.wake())
        this.#again = false
      })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#cancel?.()
    const round = this.#round === undefined ? [] : [this.#round]
    await Promise.allSettled([...round, ...this.#busy.values(), ...this.#posting.values()])
  }

  /** Decides by the word of the client's user, where the owner left it to that. */
  answerByElicitation(request: { approvalId: ApprovalId; decision: ApprovalDecision }): Promise<void> {
    const approvalId = readApprovalId(request.approvalId)
    return this.#decide(approvalId, request.decision, 'elicitation', (approval) =>
      assertMayElicit(this.authority().rules, approval),
    )
  }

  /** Writes down a decision that carries no signature, where this wallet may believe it. */
  async #decide(
    approvalId: ApprovalId,
    decision: ApprovalDecision,
    by: Extract<ApprovalDecider, 'elicitation' | 'program'>,
    mayDecide: (approval: Approval) => void,
  ): Promise<void> {
    const { account, store, clock } = this.#options
    const { paymentId } = await store.transaction(async (writer) => {
      const approval = await writer.approvalById(approvalId)
      if (approval === undefined || approval.account !== account) throw unknownApproval()
      const decidedAtMs = clock.now()
      assertOpen(approval, decidedAtMs)
      mayDecide(approval)
      await writeDecision(writer, approval, { decision, decidedAtMs }, by)
      return approval
    })
    await this.look(paymentId)
  }

  /** Looks at one payment now. Never rejects. */
  async look(paymentId: PaymentId): Promise<void> {
    const waiting = await this.#options.store
      .read((reader) => reader.waitingApproval(paymentId))
      .catch(() => undefined)
    if (waiting !== undefined) await this.#see(waiting)
  }

  /** One look at everything that waits. True where something does. */
  async #work(): Promise<boolean> {
    const { store, account, policy } = this.#options
    await policy.refresh()
    const waiting = await store.read((reader) => reader.waitingApprovals(account, AT_ONCE))
    await Promise.all(waiting.map((one) => this.#see(one)))
    return waiting.length > 0
  }

  #see(waiting: WaitingApproval): Promise<void> {
    const { paymentId } = waiting.intent
    if (this.#stop.signal.aborted) return Promise.resolve()
    let seeing = this.#busy.get(paymentId)
    if (seeing === undefined) {
      seeing = this.#follow(waiting)
        // the store or the node is in trouble; a later look tries again
        .catch(() => {})
        .finally(() => this.#busy.delete(paymentId))
      this.#busy.set(paymentId, seeing)
    }
    return seeing
  }

  async #follow({ approval, intent }: WaitingApproval): Promise<void> {
    const { store, changed } = this.#options
    const context = this.#context()
    const seen = await store.read((reader) => readVerdict(reader, intent, context))
    if (seen?.verdict === 'pending') return this.#ask(approval, context.nowMs)
    if (seen?.verdict === 'approved') return this.#goOn(intent)
    await store.transaction(async (writer) => {
      const current = await writer.intentById(intent.paymentId)
      if (current?.state === 'awaiting_approval') await followDecision(writer, current, this.#context())
    })
    changed(intent.paymentId)
  }

  #context(): FollowContext {
    const { clock, onAlarm } = this.#options
    return { nowMs: clock.now(), authority: this.authority(), onAlarm }
  }

  async #goOn(intent: Intent): Promise<void> {
    const { clock, resume, isMine, warn } = this.#options
    const { paymentId } = intent
    const nowMs = clock.now()
    const failed = this.#failures.get(paymentId)
    if (!isMine(intent) || intent.leaseUntilMs > nowMs || (failed !== undefined && nowMs < failed.untilMs))
      return
    try {
      await resume(intent)
      this.#failures.delete(paymentId)
    } catch (error) {
      if (LightningError.is(error) && endsApproved(error.code)) return this.#end(intent, error)
      const times = failed?.times ?? 0
      const pauseMs = PAUSES_MS[Math.min(times, PAUSES_MS.length - 1)] ?? 60_000
      this.#failures.set(paymentId, { times: times + 1, untilMs: clock.now() + pauseMs })
      if (times === 0)
        warn(
          `payment ${paymentId} is approved and cannot be sent yet: ${LightningError.is(error) ? error.code : 'fault'}`,
        )
    }
  }

  /** Nothing will make it possible: it ends, with nothing sent. */
  async #end(intent: Intent, { code, message }: LightningError): Promise<void> {
    const { store, clock, changed } = this.#options
    await store.transaction(async (writer) => {
      const current = await writer.intentById(intent.paymentId)
      if (current?.state !== 'awaiting_approval' || current.leaseUntilMs > clock.now()) return
      const why = { state: 'canceled' as const, failureReason: code, failureDetail: message }
      await endWaiting(writer, current, why, clock.now())
    })
    changed(intent.paymentId)
  }

  /** Whoever may decide here is told that something waits. Nobody waits for the answer. */
  #ask(approval: Approval, nowMs: number): void {
    this.#askProgram(approval)
    if (approval.nextPostAtMs > nowMs || this.#posting.has(approval.approvalId)) return
    const posting = this.#post(approval)
      .catch(() => {})
      .finally(() => this.#posting.delete(approval.approvalId))
    this.#posting.set(approval.approvalId, posting)
  }

  #askProgram(approval: Approval): void {
    const { settings, warn } = this.#options
    const { decide } = settings
    const { approvalId } = approval
    const hasOwner = this.authority().publicKey !== undefined
    if (decide === undefined || hasOwner || this.#asked.has(approvalId)) return
    this.#asked.add(approvalId)
    const work = async () => {
      const decision = await decide(approval)
      if (decision !== 'approve' && decision !== 'deny') return
      if (decision === 'approve') this.#granted.add(approvalId)
      await this.#decide(approvalId, decision, 'program', () => {})
    }
    work().catch(() => warn(`the program could not decide approval ${approvalId}`))
  }

  async #post(approval: Approval): Promise<void> {
    const { store, clock, settings, warn, allowLoopbackHttp } = this.#options
    const { webhookSecret } = settings
    const { webhook } = this.authority().rules
    if (webhook === undefined) return
    if (webhookSecret === undefined) {
      if (!this.#warned)
        warn(
          'the policy names an approval webhook, but there is no webhookSecret to sign with: nobody is asked',
        )
      this.#warned = true
      return
    }
    const { approvalId, posts } = approval
    const { isOurs, ledgerId } = await store.transaction(async (writer) => ({
      // whoever moves it on makes the call, of all processes
      isOurs: await writer.updateApproval(
        approvalId,
        { from: ['pending'], posts },
        { posts: posts + 1, nextPostAtMs: clock.now() + postPauseMs(posts) },
      ),
      ledgerId: (await readLedgerMeta(writer)).ledgerId,
    }))
    if (!isOurs) return
    const signal = this.#stop.signal
    const result = await postWebhook({
      approval,
      ledgerId,
      webhook,
      secret: webhookSecret,
      clock,
      allowLoopbackHttp,
      signal,
    })
    if (signal.aborted || 'waiting' in result) return
    if ('fault' in result)
      return warn(`the webhook's answer to approval ${approvalId} does not count: ${result.fault}`)
    await store.transaction((writer: StoreWriter) =>
      writeDecision(writer, approval, result.answer, 'webhook'),
    )
    await this.look(approval.paymentId)
  }
}

const unknownApproval = (): LightningError =>
  new LightningError({
    code: 'not_found',
    message: 'this wallet knows no such approval',
    hint: 'Check the id.',
    sent: 'no',
  })
