import {
  type BackendIdentity,
  type DecodedInvoice,
  type Invoice,
  LightningError,
  type Preimage,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import type { Ask, Judge, Strategy } from '../dispatch/strategy.ts'
import type { Intent } from '../intents/intent.ts'
import { failedOutcome, type Outcome, paymentOutcome, unknownOutcome } from '../intents/outcome.ts'
import { isInvoice, type Pinned } from '../intents/pinned.ts'
import type { Step } from '../steps.ts'
import type { StoreReader, StoreWriter, WalletStore } from '../store/wallet-store.ts'
import type { OwnInvoice } from './account.ts'
import { ACCOUNTS_META } from './create-account.ts'
import { INSIDE_DETAILS, isInside } from './inside-details.ts'
import { credit, identityOf } from './own-invoices.ts'
import type { PreimageSafe } from './sealed-preimage.ts'

/** What settling inside needs beside the ledger. */
export interface InsideMeans {
  /** Whether the backend can make an invoice unpayable. */
  canCancel: boolean
  safe: Pick<PreimageSafe, 'unseal'>
}

const NODE_KEY = /^0[23][0-9a-f]{64}$/

/** What a payment is bound to, with how it is settled where that is inside this ledger. */
export async function withInside<T extends Pinned | undefined>(
  store: StoreReader,
  pinned: T,
  where: { account: string; identity: BackendIdentity; inside?: InsideMeans | undefined },
): Promise<T> {
  if (pinned === undefined || !isInvoice(pinned)) return pinned
  const { account, identity, inside } = where
  const details = await findInside(store, { decoded: pinned, account, identity, means: inside })
  return details === undefined ? pinned : { ...pinned, details }
}

/** The same for a preview: what `pay` would be refused with is told, not thrown. */
export async function foreseeInside(
  store: StoreReader,
  decoded: DecodedInvoice | undefined,
  where: Parameters<typeof withInside>[2],
): Promise<{ details?: Intent['details']; refused?: LightningError }> {
  try {
    const { details } = (await withInside<Pinned | undefined>(store, decoded, where)) ?? {}
    return details === undefined ? {} : { details }
  } catch (error) {
    if (LightningError.is(error)) return { refused: error }
    throw error
  }
}

/**
 * Whether a payment is settled between two accounts of this ledger. Throws where the invoice is this
 * very node's and that cannot be: the node would refuse it, or pay it in a way that nobody here sees.
 * Called before anything is reserved.
 */
async function findInside(
  store: StoreReader,
  {
    decoded,
    account,
    identity,
    means,
  }: { decoded: DecodedInvoice; account: string; identity: BackendIdentity; means: InsideMeans | undefined },
): Promise<typeof INSIDE_DETAILS | undefined> {
  const isNode = NODE_KEY.test(identity.id)
  if (isNode && decoded.payee !== identity.id) return undefined
  // a service whose invoices are signed by a key of its own: asked only where there are accounts
  if (!isNode && !(await store.getMetas([ACCOUNTS_META])).has(ACCOUNTS_META)) return undefined
  const row = await store.ownInvoice(identity, decoded.paymentHash)
  if (row === undefined) {
    if (isNode) throw selfPayment('the invoice is this very node’s, and not one of another account here')
    return undefined
  }
  assertSameInvoice(row, decoded)
  if (row.account === account) throw selfPayment('the invoice is this account’s own')
  if (row.state === 'settled')
    throw new LightningError({
      code: 'already_paid',
      message: 'this invoice has been paid already',
      hint: 'Do not pay it again. If the recipient wants more money, ask for a new invoice.',
    })
  if (row.state === 'canceled')
    throw new LightningError({
      code: 'recipient_rejected',
      message: 'the recipient has withdrawn this invoice',
      hint: 'Ask the recipient for a fresh invoice.',
    })
  if (means?.canCancel !== true || means.safe.unseal(row.sealedPreimage, row.paymentHash) === undefined)
    throw selfPayment('the invoice is another account’s of this node, and cannot be settled between accounts')
  return INSIDE_DETAILS
}

function assertSameInvoice(row: OwnInvoice, decoded: DecodedInvoice): void {
  if (
    (row.payee === undefined || row.payee === decoded.payee) &&
    row.amountMsat === decoded.amountMsat &&
    (row.invoice === undefined || row.invoice.toLowerCase() === decoded.invoice.toLowerCase())
  )
    return
  throw new LightningError({
    code: 'hash_conflict',
    message: 'this invoice has the payment hash of another one, with another payee, amount or text',
    hint: 'Do not pay it. Ask the recipient for a fresh invoice.',
  })
}

const selfPayment = (message: string): LightningError =>
  new LightningError({
    code: 'self_payment',
    message: `${message}; nothing was reserved or sent`,
    hint: 'Ask the recipient for an invoice of another node, or let the owner move the money between accounts.',
    sent: 'no',
  })

export interface InsideStrategyOptions {
  store: WalletStore
  safe: PreimageSafe
  step: Step
  /** The invoice turned out to be settled: whoever books receipts should look. */
  settledOutside: (invoice: Pick<OwnInvoice, 'paymentHash'>) => void
  /** Answers why not, while spending is paused. */
  mayStillSend: () => Promise<LightningError | undefined>
}

/**
 * Settles between two accounts: the node's invoice is canceled, a look-up has to prove it, and only
 * then are both sides booked, in one transaction (`bookPayee`). As long as that has not happened
 * nothing has moved, so an interrupted one is begun again, and one that cannot go on has failed.
 */
export function insideStrategy(options: InsideStrategyOptions): Strategy {
  const { store, safe, step, settledOutside, mayStillSend } = options
  const run = async (intent: Intent, ask: Ask, mayCancel = true): Promise<Judge> => {
    const row = await store.read((reader) => ownInvoiceOf(reader, intent))
    const preimage = row === undefined ? undefined : safe.unseal(row.sealedPreimage, row.paymentHash)
    if (row === undefined || preimage === undefined)
      return failed('other', 'the invoice’s secret cannot be read here; nothing has moved', 'fresh-invoice')
    const { paymentHash } = row
    let canceled = false
    let refused = !mayCancel
    try {
      if (mayCancel) {
        await ask(async (backend, signal) => backend.invoices?.cancel({ paymentHash, signal }))
        canceled = true
      }
    } catch (error) {
      refused = LightningError.is(error) && error.sent === 'no' && error.retry === 'never'
    }
    await step('inside-canceled', intent)
    let found: Invoice | undefined
    try {
      found = await ask((backend, signal) => backend.lookupInvoice({ paymentHash, signal }))
    } catch {
      return (current, nowMs) => unknownOutcome(current, nowMs)
    }
    return verdict(found, { canceled, refused, preimage, settledOutside })
  }
  return {
    isReady: ({ paymentHash }) => paymentHash !== undefined,
    send: (intent, backend, { signal }) => run(intent, (work) => work(backend, signal)),
    // while spending is paused it is only looked at: what was canceled is booked, the rest has not moved
    lookUp: async (intent, { ask }) => run(intent, ask, (await mayStillSend()) === undefined),
  }
}

/** What the node says of the invoice after it was told to cancel it. */
function verdict(
  found: Invoice | undefined,
  {
    canceled,
    refused,
    preimage,
    settledOutside,
  }: {
    canceled: boolean
    refused: boolean
    preimage: Preimage
    settledOutside: InsideStrategyOptions['settledOutside']
  },
): Judge {
  switch (found?.status) {
    case 'settled':
      settledOutside(found)
      return paidOutside
    case 'canceled':
      return settled(preimage)
    case 'expired':
      // some nodes call a canceled one expired once its time is over: their word that they canceled it counts
      return canceled
        ? settled(preimage)
        : failed('invoice_expired', 'the invoice expired; nothing has moved', 'fresh-invoice')
    case undefined:
      return failed('other', 'the node no longer knows the invoice; nothing has moved', 'fresh-invoice')
    default:
      return refused
        ? failed('other', 'the node did not cancel the invoice; nothing has moved', 'same-call')
        : (current, nowMs) => unknownOutcome(current, nowMs)
  }
}

const settled =
  (preimage: Preimage): Judge =>
  (current, nowMs) =>
    current.paymentHash === undefined
      ? unknownOutcome(current, nowMs)
      : paymentOutcome(
          current,
          {
            paymentHash: current.paymentHash,
            status: 'settled',
            amountMsat: current.amountMsat,
            feeMsat: ZERO_MSAT,
            preimage,
          },
          nowMs,
        )

const failed =
  (reason: string, detail: string, retry: Parameters<typeof failedOutcome>[1]): Judge =>
  () =>
    failedOutcome({ reason, detail }, retry)

const paidOutside: Judge = failed(
  'recipient_rejected',
  'somebody else paid the invoice first; nothing was taken from this account',
  'never',
)

/**
 * Books the payee's side in the transaction that settles the payer's. What it answers takes the place
 * of the outcome: a failure where somebody outside was first.
 */
export async function bookPayee(
  store: StoreWriter,
  current: Intent,
  outcome: Outcome,
  nowMs: number,
): Promise<Outcome> {
  if (outcome.state !== 'settled' || current.state === 'settled' || !isInside(current)) return outcome
  const row = current.state === 'dispatched' ? await ownInvoiceOf(store, current) : undefined
  const booked =
    row !== undefined &&
    (await credit(store, row, {
      receivedMsat: current.amountMsat,
      inside: true,
      settledAtMs: nowMs,
      nowMs,
    }))
  return booked ? outcome : paidOutside(current, nowMs)
}

const ownInvoiceOf = async (store: StoreReader, intent: Intent): Promise<OwnInvoice | undefined> =>
  intent.paymentHash === undefined ? undefined : store.ownInvoice(identityOf(intent), intent.paymentHash)
