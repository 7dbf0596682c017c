import { cleanText, LightningError } from '@lightning-mcp/core'
import { spentOutcome } from '../dispatch/spent.ts'
import { type Intent, withChange } from '../intents/intent.ts'
import { failedOutcome, type Outcome } from '../intents/outcome.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import { paymentId as readPaymentId } from '../payment-id.ts'
import type { WalletStore } from '../store/wallet-store.ts'

/** What the owner has found out about a payment that nobody else can tell of. */
export interface OwnerResolution {
  paymentId: string
  outcome: 'settled' | 'failed'
  /** What the owner has looked at: kept with the decision and in the journal. */
  evidence: string
  /** Of a settled one on the chain, where the owner knows it. */
  txId?: string
  nowMs?: number
}

/**
 * Ends a payment whose outcome is unknown, on the owner's word. For the owner's CLI alone: no wallet
 * and no tool has it. Settled books the amount and the largest fee, failed releases what was held.
 * Refuses what is not unknown, what a process has in hand, and a word without evidence.
 */
export async function resolveByOwner(
  store: Pick<WalletStore, 'transaction'>,
  resolution: OwnerResolution,
): Promise<Intent> {
  const id = readPaymentId(resolution.paymentId)
  const evidence = cleanText(resolution.evidence)
  if (evidence.length < 3)
    throw new LightningError({
      code: 'invalid_request',
      message: 'nothing says how it is known what became of the payment',
      hint: 'Say in a few words what you looked at: the node’s own records, a block explorer.',
    })
  const nowMs = resolution.nowMs ?? Date.now()
  return store.transaction(async (writer) => {
    const intent = await writer.intentById(id)
    if (intent === undefined)
      throw new LightningError({ code: 'not_found', message: 'the ledger has no such payment' })
    if (intent.state !== 'dispatched' || intent.outcome !== 'unknown')
      throw new LightningError({
        code: 'invalid_request',
        message: `payment ${id} is ${intent.state}: only one whose outcome is unknown is decided by hand`,
        hint: 'Nothing has to be done about it.',
      })
    if (intent.leaseUntilMs > nowMs)
      throw new LightningError({
        code: 'in_progress',
        message: `payment ${id} is being looked up right now`,
        hint: 'Try again in a moment.',
      })
    const outcome = judge(intent, resolution, evidence, nowMs)
    const change = {
      ...outcome.change,
      state: outcome.state,
      closedAtMs: intent.closedAtMs ?? nowMs,
      updatedAtMs: nowMs,
    }
    const note = `owner: ${resolution.outcome}: ${evidence}`
    if (!(await updateBooked(writer, intent, change, nowMs, { note })))
      throw new LightningError({ code: 'internal', message: 'the payment changed meanwhile' })
    const { account, paymentId, destination, amountMsat, maxFeeMsat } = intent
    await writer.insertDecision({
      account,
      paymentId,
      atMs: nowMs,
      verdict: resolution.outcome === 'settled' ? 'allowed' : 'refused',
      code: 'resolved_by_owner',
      destination,
      amountMsat,
      maxFeeMsat,
      rules: [{ rule: 'resolved_by_owner', allowed: resolution.outcome === 'settled', detail: evidence }],
    })
    return withChange(intent, change)
  })
}

function judge(intent: Intent, { outcome, txId }: OwnerResolution, evidence: string, nowMs: number): Outcome {
  // never 'same-call': what the owner has decided is not tried again by itself
  if (outcome === 'failed')
    return failedOutcome({ reason: 'other', detail: `the owner decided: ${evidence}` }, 'never')
  const spent = spentOutcome(intent, { txId, feeMsat: intent.maxFeeMsat }, nowMs)
  return { ...spent, change: { ...spent.change, nextLookupAtMs: 0 } }
}
