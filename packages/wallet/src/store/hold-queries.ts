import type { BackendIdentity, PaymentHash } from '@lightning-mcp/core'
import { type Kysely, sql } from 'kysely'
import { farthestLookMs } from '../hold/hold-deadline.ts'
import { type HoldChange, type HoldRecord, LIVE_HOLDS } from '../hold/hold-record.ts'
import { type Columns, fromRow, toRow } from './columns.ts'
import type { Database } from './schema.ts'

/** What the store is asked about hold invoices. */
export interface HoldReader {
  hold(identity: BackendIdentity, paymentHash: PaymentHash): Promise<HoldRecord | undefined>
  /** Those of the backend that wait to be looked at. */
  dueHolds(identity: BackendIdentity, nowMs: number, limit: number): Promise<readonly HoldRecord[]>
  nextHoldDueMs(identity: BackendIdentity): Promise<number | undefined>
  countLiveHolds(account: string): Promise<number>
}

/** Called by `hold/` alone. */
export interface HoldWriter {
  insertHold(record: HoldRecord): Promise<void>
  /** One that the node surely has not made. */
  removeHold(identity: BackendIdentity, paymentHash: PaymentHash): Promise<void>
  /** Changes one that is open or accepted. False, and nothing changed, where it is over, or was decided and `undecided` is asked for. */
  updateHold(
    identity: BackendIdentity,
    paymentHash: PaymentHash,
    change: HoldChange,
    expected?: { undecided?: boolean },
  ): Promise<boolean>
}

const HOLD_COLUMNS: Columns<HoldRecord> = {
  paymentHash: 'text',
  account: 'text',
  backendKind: 'text',
  backendNetwork: 'text',
  backendId: 'text',
  state: 'text',
  amountMsat: 'msat',
  onDeadline: 'text',
  keptPreimage: 'flag',
  sealedPreimage: 'text',
  decision: 'text',
  decidedBy: 'text',
  decidedAtMs: 'number',
  minFinalCltvDelta: 'number',
  deadlineHeight: 'number',
  seenHeight: 'number',
  seenAtMs: 'number',
  fault: 'text',
  createdAtMs: 'number',
  expiresAtMs: 'number',
  endedAtMs: 'number',
  nextLookAtMs: 'number',
  looks: 'number',
}

// written out and not as a parameter: only so does SQLite see that the partial index fits
const WAITING = sql.lit(0n)

export function holdQueries(db: Kysely<Database>): HoldReader & HoldWriter {
  const ofBackend = ({ kind, network, id }: BackendIdentity) =>
    db
      .selectFrom('hold_invoices')
      .selectAll()
      .where('backend_kind', '=', kind)
      .where('backend_network', '=', network)
      .where('backend_id', '=', id)
  const read = (row: Record<string, unknown>): HoldRecord => fromRow<HoldRecord>(HOLD_COLUMNS, row)
  const waiting = (identity: BackendIdentity) =>
    ofBackend(identity).where('next_look_at_ms', '>', WAITING).orderBy('next_look_at_ms', 'asc')
  return {
    async hold(identity, paymentHash) {
      const row = await ofBackend(identity).where('payment_hash', '=', paymentHash).executeTakeFirst()
      return row === undefined ? undefined : read(row)
    },
    async dueHolds(identity, nowMs, limit) {
      const atMs = (ms: number): bigint => BigInt(Math.trunc(nowMs + ms))
      const rows = await waiting(identity)
        .where(({ and, eb, or }) =>
          or([
            eb('next_look_at_ms', '<=', atMs(0)),
            eb('next_look_at_ms', '>', atMs(farthestLookMs('open'))),
            and([eb('state', '=', 'accepted'), eb('next_look_at_ms', '>', atMs(farthestLookMs('accepted')))]),
          ]),
        )
        .limit(limit)
        .execute()
      return rows.map(read)
    },
    async nextHoldDueMs(identity) {
      const row = await waiting(identity).limit(1).executeTakeFirst()
      return row === undefined ? undefined : read(row).nextLookAtMs
    },
    async countLiveHolds(account) {
      const row = await db
        .selectFrom('hold_invoices')
        .select((of) => of.fn.countAll<string | bigint>().as('count'))
        .where('account', '=', account)
        .where('next_look_at_ms', '>', WAITING)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    async insertHold(record) {
      await db.insertInto('hold_invoices').values(toRow(HOLD_COLUMNS, record)).execute()
    },
    async removeHold({ kind, network, id }, paymentHash) {
      await db
        .deleteFrom('hold_invoices')
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('payment_hash', '=', paymentHash)
        .execute()
    },
    async updateHold({ kind, network, id }, paymentHash, change, { undecided = false } = {}) {
      let update = db
        .updateTable('hold_invoices')
        .set(toRow(HOLD_COLUMNS, change))
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('payment_hash', '=', paymentHash)
        .where('state', 'in', [...LIVE_HOLDS])
      if (undecided) update = update.where('decision', 'is', null)
      const { numUpdatedRows } = await update.executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
  }
}
