import { cleanText, LightningError } from '@lightning-mcp/core'
import { isInside } from '../accounts/inside-details.ts'
import { spentOutcome } from '../dispatch/spent.ts'
import { type Intent, withChange } from '../intents/intent.ts'
import { failedOutcome, type Outcome } from '../intents/outcome.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import { readLedgerMeta } from '../owner/ledger-certificate.ts'
import type { OwnerPublicKey } from '../owner/owner-key.ts'
import { type DocumentSignature, verifyDocument } from '../owner/signed-document.ts'
import { paymentId as readPaymentId } from '../payment-id.ts'
import type { StoreWriter, WalletStore } from '../store/wallet-store.ts'
import type { PaymentId } from '../wallet.ts'

/** What the owner signs. */
export interface ResolutionDocument {
  ledgerId: string
  paymentId: string
  attempt: number
  outcome: 'settled' | 'failed'
  evidence: string
  atMs: number
}

/** What the owner has found out about a payment that nobody else can tell of. */
export interface OwnerResolution {
  paymentId: string
  outcome: 'settled' | 'failed'
  /** What the owner has looked at: kept with the decision and in the journal. */
  evidence: string
  /** Of a settled one on the chain, where the owner knows it. */
  txId?: string | undefined
  /** The owner's signature; required in a ledger that the owner certified. */
  sign?: ((document: ResolutionDocument) => DocumentSignature) | undefined
  nowMs?: number
}

/** What of it the payment keeps. */
type Kept = Pick<ResolutionDocument, 'outcome' | 'evidence' | 'atMs' | 'attempt'> & {
  signature?: DocumentSignature
}

/**
 * Ends a payment whose outcome is unknown, on the owner's word. For the owner's CLI alone: no wallet
 * and no tool has it. Settled books the amount and the largest fee, failed releases what was held.
 * Refuses what is not unknown, what a process has in hand, and a word without evidence.
 */
export async function resolveByOwner(
  store: Pick<WalletStore, 'read' | 'transaction'>,
  { outcome, txId, sign, nowMs: atMs = Date.now(), ...words }: OwnerResolution,
): Promise<Intent> {
  const paymentId = readPaymentId(words.paymentId)
  const evidence = cleanText(words.evidence, 200)
  if (evidence.length < 3)
    throw new LightningError({
      code: 'invalid_request',
      message: 'nothing says how it is known what became of the payment',
      hint: 'Say in a few words what you looked at: the node’s own records, a block explorer.',
    })
  const [{ ledgerId }, seen] = await store.read(async (reader) => [
    await readLedgerMeta(reader),
    await reader.intentById(paymentId),
  ])
  const { attempt } = assertUndecided(seen, atMs)
  if (ledgerId !== undefined && sign === undefined)
    throw new LightningError({
      code: 'permission_denied',
      message: 'what became of a payment of this ledger is decided with the owner’s signature',
      hint: 'Open the owner’s key for it.',
    })
  const kept: Kept = { outcome, evidence, atMs, attempt }
  // asked for outside the transaction: a passphrase may have to be typed
  const signature = ledgerId === undefined ? undefined : sign?.(documentOf({ ...kept, ledgerId, paymentId }))
  return store.transaction((writer) =>
    write(writer, paymentId, { ...kept, ...(signature === undefined ? {} : { signature }) }, txId),
  )
}

async function write(
  store: StoreWriter,
  paymentId: PaymentId,
  kept: Kept,
  txId: string | undefined,
): Promise<Intent> {
  const { outcome: said, evidence, atMs: nowMs } = kept
  const intent = assertUndecided(await store.intentById(paymentId), nowMs)
  if (intent.attempt !== kept.attempt) throw changedMeanwhile()
  const outcome = judge(intent, said, evidence, txId, nowMs)
  const change = {
    ...outcome.change,
    details: { ...intent.details, ...outcome.change.details, resolution: kept },
    state: outcome.state,
    closedAtMs: intent.closedAtMs ?? nowMs,
    updatedAtMs: nowMs,
  }
  if (!(await updateBooked(store, intent, change, nowMs, { note: `owner: ${said}: ${evidence}` })))
    throw changedMeanwhile()
  const { account, destination, amountMsat, maxFeeMsat } = intent
  await store.insertDecision({
    account,
    paymentId,
    atMs: nowMs,
    verdict: said === 'settled' ? 'allowed' : 'refused',
    code: 'resolved_by_owner',
    destination,
    amountMsat,
    maxFeeMsat,
    rules: [{ rule: 'resolved_by_owner', allowed: said === 'settled', detail: evidence }],
  })
  return withChange(intent, change)
}

function assertUndecided(intent: Intent | undefined, nowMs: number): Intent {
  if (intent === undefined)
    throw new LightningError({
      code: 'not_found',
      message: 'the ledger has no such payment',
      hint: 'lightning-mcp owner payments --status unknown lists those that wait.',
    })
  const { paymentId, state, outcome, leaseUntilMs } = intent
  if (state !== 'dispatched' || outcome !== 'unknown')
    throw new LightningError({
      code: 'invalid_request',
      message: `payment ${paymentId} is ${outcome ?? state}: only one whose outcome is unknown is decided by hand`,
      hint: 'Nothing has to be done about it.',
    })
  if (isInside(intent))
    throw new LightningError({
      code: 'unsupported',
      message: `payment ${paymentId} is one between two accounts: only both sides together can be booked`,
      hint: 'It ends by itself once the node answers about its invoice.',
    })
  if (leaseUntilMs > nowMs)
    throw new LightningError({
      code: 'in_progress',
      message: `payment ${paymentId} is being looked up right now`,
      hint: 'Try again in a moment.',
    })
  return intent
}

function judge(
  intent: Intent,
  said: 'settled' | 'failed',
  evidence: string,
  txId: string | undefined,
  nowMs: number,
): Outcome {
  // never 'same-call': what the owner has decided is not tried again by itself
  if (said === 'failed')
    return failedOutcome({ reason: 'other', detail: `the owner decided: ${evidence}` }, 'never')
  const spent = spentOutcome(intent, { txId, feeMsat: intent.maxFeeMsat }, nowMs)
  return { ...spent, change: { ...spent.change, nextLookupAtMs: 0 } }
}

const changedMeanwhile = (): LightningError =>
  new LightningError({
    code: 'in_progress',
    message: 'the payment changed meanwhile',
    hint: 'Look at it again.',
  })

const documentOf = ({
  ledgerId,
  paymentId,
  attempt,
  outcome,
  evidence,
  atMs,
}: ResolutionDocument): ResolutionDocument => ({ ledgerId, paymentId, attempt, outcome, evidence, atMs })

/** Why the owner's word that a payment carries is not the owner's; for the audit. `undefined`: it is, or there is none. */
export function resolutionFault(
  { details, paymentId, state }: Pick<Intent, 'details' | 'paymentId' | 'state'>,
  { ledgerId, publicKey }: { ledgerId?: string | undefined; publicKey?: OwnerPublicKey | undefined },
): string | undefined {
  const kept = details?.['resolution'] as Kept | undefined
  // a ledger without an owner's certificate has nothing to check against
  if (kept === undefined || ledgerId === undefined || publicKey === undefined) return undefined
  if (kept.signature === undefined) return 'the owner has not signed what became of it'
  const document = documentOf({ ...kept, ledgerId, paymentId })
  if (!verifyDocument('payment-resolution', document, kept.signature, publicKey))
    return 'the owner’s signature does not fit what became of it'
  return state === kept.outcome ? undefined : `the owner decided ${kept.outcome}`
}
