import { type BackendIdentity, LightningError, type Msat } from '@lightning-mcp/core'
import type { Intent, IntentKind } from '../intents/intent.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import type { PaymentId } from '../wallet.ts'

/** A payment that is about to be reserved for. */
export interface Spend {
  account: string
  identity: BackendIdentity
  kind: IntentKind
  /** Canonical. */
  destination: string
  /** The node that gets it, where that is known already. */
  payee?: string | undefined
  amountMsat: Msat
  nowMs: number
}

/** What a gate is told beside the payment. */
export interface GateContext extends Spend {
  /** The entries of the store's meta that the gates named, as of this transaction. */
  meta: ReadonlyMap<string, string>
}

/** What a gate has to note of a payment that it let through. */
export type OnReserved = (store: StoreWriter, paymentId: PaymentId) => Promise<void>

/** A reason for which spending may be stopped altogether, whatever the limits say. */
export interface SpendingGate {
  name: string
  /** Entries of the store's meta that it reads; asked for once for all gates. */
  meta?: readonly string[]
  /**
   * Throws `spending_paused`, or a more exact code, that says why and what the owner can do. What it
   * answers is to be done once the payment is reserved, in the same transaction.
   */
  check(store: StoreReader, context: GateContext): OnReserved | undefined | Promise<OnReserved | undefined>
}

/**
 * Passes only where every gate does, in their order. Called in the transaction that reserves, before
 * anything is reserved: for first and further attempts, minted pins and approved payments. Replays,
 * look-ups, receiving and reading never come here. Call what it answers once the payment is reserved.
 */
export async function assertMaySpend(
  store: StoreReader,
  gates: readonly SpendingGate[],
  spend: Spend,
): Promise<OnReserved> {
  const keys = gates.flatMap(({ meta = [] }) => meta)
  const meta = keys.length === 0 ? new Map<string, string>() : await store.getMetas(keys)
  const notes: OnReserved[] = []
  for (const gate of gates) {
    const note = await gate.check(store, { ...spend, meta })
    if (note !== undefined) notes.push(note)
  }
  return async (writer, paymentId) => {
    for (const note of notes) await note(writer, paymentId)
  }
}

/** The payment that an intent is, for the gates. */
export const spendOf = (
  intent: Omit<Intent, 'payee'> & { payee?: string | undefined },
  nowMs: number,
): Spend => ({
  account: intent.account,
  identity: { kind: intent.backendKind, network: intent.backendNetwork, id: intent.backendId },
  kind: intent.kind,
  destination: intent.destination,
  payee: intent.payee,
  amountMsat: intent.amountMsat,
  nowMs,
})

/** The refusal of a gate. Nothing was reserved or sent. */
export const spendingPaused = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'spending_paused', message, hint, sent: 'no' })
