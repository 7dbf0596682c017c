import { type Kysely, sql } from 'kysely'
import type { Approval, ApprovalChange, ApprovalState } from '../approvals/approval.ts'
import type { Intent } from '../intents/intent.ts'
import type { ApprovalId, PaymentId } from '../wallet.ts'
import { type Columns, fromRow, INTENT_COLUMNS, toRow } from './columns.ts'
import type { Database } from './schema.ts'

/** A payment that waits, with the approval that it waits for. */
export interface WaitingApproval {
  intent: Intent
  approval: Approval
}

/** What the store is asked about approvals. */
export interface ApprovalReader {
  approvalById(approvalId: ApprovalId): Promise<Approval | undefined>
  /** Newest first. */
  approvals(wanted: {
    account?: string
    states?: readonly ApprovalState[]
    limit: number
  }): Promise<readonly Approval[]>
  /** The account's payments that wait for a decision or for what follows from it, oldest first. */
  waitingApprovals(account: string, limit: number): Promise<readonly WaitingApproval[]>
  waitingApproval(paymentId: PaymentId): Promise<WaitingApproval | undefined>
}

export interface ApprovalWriter {
  insertApproval(approval: Approval): Promise<void>
  /** Changes an approval that is in one of the `from` states. False, and nothing changed, where it is not. */
  updateApproval(
    approvalId: ApprovalId,
    expected: { from: readonly ApprovalState[]; posts?: number },
    change: ApprovalChange,
  ): Promise<boolean>
}

const APPROVAL_COLUMNS: Columns<Approval> = {
  approvalId: 'text',
  nonce: 'text',
  paymentId: 'text',
  attempt: 'number',
  account: 'text',
  backendKind: 'text',
  backendNetwork: 'text',
  backendId: 'text',
  kind: 'text',
  destination: 'text',
  payee: 'text',
  amountMsat: 'msat',
  capitalMsat: 'msat',
  terms: 'json',
  maxFeeMsat: 'msat',
  paymentHash: 'text',
  memo: 'text',
  comment: 'text',
  description: 'text',
  reason: 'text',
  state: 'text',
  createdAtMs: 'number',
  expiresAtMs: 'number',
  decidedAtMs: 'number',
  decidedBy: 'text',
  signature: 'text',
  nextPostAtMs: 'number',
  posts: 'number',
}

export function approvalQueries(db: Kysely<Database>): ApprovalReader & ApprovalWriter {
  const read = (row: Record<string, unknown>): Approval => fromRow(APPROVAL_COLUMNS, row)
  const waiting = () => db.selectFrom('intents').selectAll().where('state', '=', sql.lit('awaiting_approval'))
  const withApprovals = async (rows: readonly Record<string, unknown>[]): Promise<WaitingApproval[]> => {
    const intents = rows.map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    const ids = intents.map(({ approvalId }) => approvalId).filter((id) => id !== undefined)
    if (ids.length === 0) return []
    const found = await db.selectFrom('approvals').selectAll().where('approval_id', 'in', ids).execute()
    const approvals = new Map(found.map((row) => [row['approval_id'], read(row)]))
    return intents.flatMap((intent) => {
      const approval = approvals.get(intent.approvalId ?? null)
      return approval === undefined ? [] : [{ intent, approval }]
    })
  }
  return {
    async approvalById(approvalId) {
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where('approval_id', '=', approvalId)
        .executeTakeFirst()
      return row === undefined ? undefined : read(row)
    },
    async approvals({ account, states, limit }) {
      let query = db.selectFrom('approvals').selectAll()
      if (account !== undefined) query = query.where('account', '=', account)
      if (states !== undefined) query = query.where('state', 'in', [...states])
      const rows = await query
        .orderBy('created_at_ms', 'desc')
        .orderBy('approval_id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(read)
    },
    async waitingApprovals(account, limit) {
      const rows = await waiting()
        .where('account', '=', account)
        .orderBy('created_at_ms', 'asc')
        .limit(limit)
        .execute()
      return withApprovals(rows)
    },
    async waitingApproval(paymentId) {
      const rows = await waiting().where('payment_id', '=', paymentId).execute()
      return (await withApprovals(rows)).at(0)
    },

    async insertApproval(approval) {
      await db.insertInto('approvals').values(toRow(APPROVAL_COLUMNS, approval)).execute()
    },
    async updateApproval(approvalId, { from, posts }, change) {
      let query = db
        .updateTable('approvals')
        .set(toRow<Approval>(APPROVAL_COLUMNS, change))
        .where('approval_id', '=', approvalId)
        .where('state', 'in', [...from])
      if (posts !== undefined) query = query.where('posts', '=', BigInt(posts))
      const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}
