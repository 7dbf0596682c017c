import type { BackendIdentity, Msat, PaymentHash } from '@lightning-mcp/core'
import type { Attempt, Decision, Intent, IntentChange } from '../intents/intent.ts'
import type { IntentState, PaymentId } from '../wallet.ts'
import type { AccountReader, AccountWriter } from './account-queries.ts'
import type { ApprovalReader, ApprovalWriter } from './approval-queries.ts'
import type { AuditReader } from './audit-queries.ts'
import type { HoldReader, HoldWriter } from './hold-queries.ts'
import type { LedgerReader, LedgerWriter } from './ledger-queries.ts'
import type { PayeeReader } from './payee-queries.ts'
import type { QuoteReader, QuoteWriter } from './quote-queries.ts'
import type { SafetyReader, SafetyWriter } from './safety-queries.ts'
import type { SpendReader } from './spend-queries.ts'

/** Which intents belong together because the same service would be asked to mint for the same amount. */
export interface MintedKey {
  account: string
  /** Default: `minted`. */
  kind?: 'minted' | 'offer'
  destination: string
  amountMsat: Msat
  /** Only those made with this `repeat_of`. */
  repeatOf?: PaymentId
}

/** What can be asked of the store. */
export interface StoreReader
  extends AccountReader,
    LedgerReader,
    PayeeReader,
    SpendReader,
    ApprovalReader,
    AuditReader,
    SafetyReader,
    HoldReader,
    QuoteReader {
  intentById(paymentId: PaymentId): Promise<Intent | undefined>
  intentByKey(account: string, idempotencyKey: string): Promise<Intent | undefined>
  /** The one reserved, dispatched or settled intent of the hash, whoever made it; any backend's. */
  liveIntentByHash(paymentHash: PaymentHash): Promise<Intent | undefined>
  /** The account's intent of the hash that may move or has moved money, else the newest. */
  intentByHash(account: string, paymentHash: PaymentHash): Promise<Intent | undefined>
  /** How many intents have the hash, of whatever account and state. */
  countIntentsByHash(paymentHash: PaymentHash): Promise<number>
  /** The newest that is in one of the states. */
  newestMinted(key: MintedKey, states: readonly IntentState[]): Promise<Intent | undefined>
  /** One that holds a reservation and is bound to another backend than this. */
  openIntentElsewhere(account: string, identity: BackendIdentity): Promise<Intent | undefined>
  /** For each hash, the one that `intentByHash` answers comes last. */
  intentsByHashes(account: string, hashes: readonly PaymentHash[]): Promise<readonly Intent[]>
  /** Dispatched intents whose outcome nobody knows, newest first. */
  unknownIntents(account: string, limit: number): Promise<readonly Intent[]>
  /** Intents of this backend that wait to be looked up and are in nobody's hands. */
  dueIntents(identity: BackendIdentity, nowMs: number, limit: number): Promise<readonly Intent[]>
  /** When the next one becomes due; undefined: none waits. */
  nextDueMs(identity: BackendIdentity): Promise<number | undefined>
  /** The newest settled intent of this backend with a payment hash that was dispatched before the moment. */
  newestSettledBefore(identity: BackendIdentity, dispatchedAtMs: number): Promise<Intent | undefined>
  attempts(paymentId: PaymentId): Promise<readonly Attempt[]>
  decisions(account: string, limit: number): Promise<readonly Decision[]>
  getMeta(key: string): Promise<string | undefined>
  /** Of those that there are. */
  getMetas(keys: readonly string[]): Promise<ReadonlyMap<string, string>>
}

/** What a transaction can do beside. */
export interface StoreWriter
  extends StoreReader,
    AccountWriter,
    LedgerWriter,
    ApprovalWriter,
    SafetyWriter,
    HoldWriter,
    QuoteWriter {
  /** Called by `ledger/write-intent.ts` alone, which books what the intent holds. */
  insertIntent(intent: Intent): Promise<void>
  /**
   * Changes an intent that is in one of the `from` states (and, where given, in `owner`'s hands).
   * False, and nothing changed, where it is not. Called by `ledger/write-intent.ts` alone.
   */
  updateIntent(
    paymentId: PaymentId,
    expected: { from: readonly IntentState[]; owner?: string; attempt?: number },
    change: IntentChange,
  ): Promise<boolean>
  putAttempt(attempt: Attempt): Promise<void>
  /** Lengthens the leases that `owner` holds on these. Answers those that it still holds. */
  renewLeases(
    owner: string,
    paymentIds: readonly PaymentId[],
    leaseUntilMs: number,
  ): Promise<readonly PaymentId[]>
  insertDecision(decision: Decision): Promise<void>
  setMeta(key: string, value: string): Promise<void>
}

/**
 * Where intents are kept. Safe for several processes on one store. A transaction is durable once its
 * promise resolves, sees nothing of another that runs at the same time, and runs alone: what it
 * read is still true when it writes. A rejected one has changed nothing.
 */
export interface WalletStore {
  /** Opens it and brings its schema up to date. Called before the first use anyway; may be called again. */
  open(): Promise<void>
  read<T>(work: (reader: StoreReader) => Promise<T>): Promise<T>
  /** `work` must wait for nothing but the store. */
  transaction<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T>
  /**
   * Everything that `work` reads is of one moment, while other processes go on writing. On SQLite this
   * process's own calls wait meanwhile: for programs that do nothing else.
   */
  snapshot<T>(work: (reader: StoreReader) => Promise<T>): Promise<T>
  close(): Promise<void>
}
