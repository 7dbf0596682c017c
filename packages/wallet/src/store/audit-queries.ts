import type { Kysely } from 'kysely'
import type { Decision, Intent, IntentKind } from '../intents/intent.ts'
import { oldestBucket, USAGE_WINDOW_NAMES, type UsageWindow } from '../ledger/usage.ts'
import type { IntentState, PaymentId } from '../wallet.ts'
import { DECISION_COLUMNS, fromRow, INTENT_COLUMNS } from './columns.ts'
import type { Database } from './schema.ts'

/** What counts against a scope within one step of a window. */
export interface UsageBucket {
  scope: string
  window: UsageWindow
  bucket: number
  usedMsat: bigint
  usedCount: number
}

/** What the journal says of a payment and its account, all rows together. */
export interface BookedSums {
  paymentId: PaymentId
  account: string
  reservedMsat: bigint
  paidMsat: bigint
  feesMsat: bigint
  capitalMsat: bigint
  chargedMsat: bigint
}

export interface IntentPageQuery {
  /** Only those older (`newest-first`) or newer than this one. */
  after?: PaymentId
  order: 'newest-first' | 'oldest-first'
  limit: number
  account?: string
  states?: readonly IntentState[]
  kinds?: readonly IntentKind[]
  /** None older than this one. */
  from?: PaymentId
}

/** Whole tables, page by page, for the owner's audit and exports. */
export interface AuditReader {
  /** Intents by the time they were made. */
  intentPage(query: IntentPageQuery): Promise<readonly Intent[]>
  /** What was paid out, by payment and account. */
  bookedSums(paymentIds: readonly PaymentId[]): Promise<readonly BookedSums[]>
  /** Payments that only the journal knows. */
  journalOrphans(limit: number): Promise<readonly string[]>
  /** Scopes of which there is any usage, sorted. */
  usageScopes(after: string, limit: number): Promise<readonly string[]>
  /** Every step that still counts at the moment. */
  usageBuckets(scopes: readonly string[], nowMs: number): Promise<readonly UsageBucket[]>
  /** Accounts of which there is a decision. */
  decisionAccounts(): Promise<readonly string[]>
  /** Decisions of an account in the order of time: those after the moment; all of one moment come together. */
  decisionsAfter(account: string, atMs: number, limit: number): Promise<readonly Decision[]>
}

const SUMS = ['reserved_msat', 'paid_msat', 'fees_msat', 'capital_msat', 'charged_msat'] as const

export function auditQueries(db: Kysely<Database>): AuditReader {
  return {
    async intentPage({ after, order, limit, account, states, kinds, from }) {
      const direction = order === 'oldest-first' ? 'asc' : 'desc'
      let query = db.selectFrom('intents').selectAll().orderBy('payment_id', direction).limit(limit)
      if (after !== undefined) query = query.where('payment_id', order === 'oldest-first' ? '>' : '<', after)
      if (account !== undefined) query = query.where('account', '=', account)
      if (states !== undefined) query = query.where('state', 'in', [...states])
      if (kinds !== undefined) query = query.where('kind', 'in', [...kinds])
      if (from !== undefined) query = query.where('payment_id', '>=', from)
      return (await query.execute()).map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    },
    async bookedSums(paymentIds) {
      if (paymentIds.length === 0) return []
      const rows = await db
        .selectFrom('journal')
        .select(['payment_id', 'account'])
        .select((of) => SUMS.map((name) => of.fn.sum<string | bigint>(name).as(name)))
        .where('payment_id', 'in', [...paymentIds])
        .where('event', '!=', 'received-inside')
        .groupBy(['payment_id', 'account'])
        .execute()
      return rows.map((row) => ({
        paymentId: String(row['payment_id']) as PaymentId,
        account: String(row['account']),
        reservedMsat: BigInt(row.reserved_msat),
        paidMsat: BigInt(row.paid_msat),
        feesMsat: BigInt(row.fees_msat),
        capitalMsat: BigInt(row.capital_msat),
        chargedMsat: BigInt(row.charged_msat),
      }))
    },
    async journalOrphans(limit) {
      const rows = await db
        .selectFrom('journal')
        .select('payment_id')
        .distinct()
        .where('payment_id', 'is not', null)
        .where((is) =>
          is.not(
            is.exists(
              is
                .selectFrom('intents')
                .select('intents.payment_id')
                .whereRef('intents.payment_id', '=', 'journal.payment_id'),
            ),
          ),
        )
        .limit(limit)
        .execute()
      return rows.map((row) => String(row['payment_id']))
    },
    async usageScopes(after, limit) {
      const rows = await db
        .selectFrom('usage')
        .select('scope')
        .distinct()
        .where('scope', '>', after)
        .orderBy('scope', 'asc')
        .limit(limit)
        .execute()
      return rows.map((row) => String(row['scope']))
    },
    async usageBuckets(scopes, nowMs) {
      if (scopes.length === 0) return []
      const rows = await db
        .selectFrom('usage')
        .selectAll()
        .where('scope', 'in', [...scopes])
        .where((is) =>
          is.or(
            USAGE_WINDOW_NAMES.map((window) =>
              is.and([
                is('usage_window', '=', window),
                is('bucket', '>=', BigInt(oldestBucket(window, nowMs))),
              ]),
            ),
          ),
        )
        .execute()
      return rows.map((row) => ({
        scope: String(row['scope']),
        window: String(row['usage_window']) as UsageWindow,
        bucket: Number(row['bucket']),
        usedMsat: BigInt(row['used_msat'] ?? 0n),
        usedCount: Number(row['used_count']),
      }))
    },
    async decisionAccounts() {
      const rows = await db.selectFrom('decisions').select('account').distinct().orderBy('account').execute()
      return rows.map((row) => String(row['account']))
    },
    async decisionsAfter(account, atMs, limit) {
      const later = db
        .selectFrom('decisions')
        .where('account', '=', account)
        .where('at_ms', '>', BigInt(Math.trunc(atMs)))
      const last = await later
        .select('at_ms')
        .orderBy('at_ms', 'asc')
        .offset(limit - 1)
        .limit(1)
        .executeTakeFirst()
      let page = later.selectAll().orderBy('at_ms', 'asc')
      if (last !== undefined) page = page.where('at_ms', '<=', last['at_ms'] ?? null)
      return (await page.execute()).map((row) => fromRow<Decision>(DECISION_COLUMNS, row))
    },
  }
}
