import { type Msat, msat } from '@lightning-mcp/core'
import { type Kysely, sql } from 'kysely'
import type { AccountBalance, JournalDeltas, JournalEntry } from '../ledger/journal.ts'
import { bucketOf, oldestBucket, USAGE_WINDOW_NAMES, type Usage, type UsageWindow } from '../ledger/usage.ts'
import { BALANCE_COLUMNS, fromRow, JOURNAL_COLUMNS, toRow } from './columns.ts'
import type { Database } from './schema.ts'

/** What the store is asked about journal, balances and usage. */
export interface LedgerReader {
  lastJournalEntry(): Promise<{ seq: number; digest: string } | undefined>
  /** Rows after `seq`, in order. */
  journalAfter(seq: number, limit: number): Promise<readonly JournalEntry[]>
  balance(account: string): Promise<AccountBalance>
  balances(): Promise<readonly AccountBalance[]>
  /** What counts against a limit scope at the moment. */
  usage(scope: string, nowMs: number): Promise<Usage>
}

/** Called by `ledger/append-entry.ts` alone. */
export interface LedgerWriter {
  insertJournalEntry(entry: JournalEntry): Promise<void>
  addToBalance(account: string, deltas: JournalDeltas): Promise<void>
  addUsage(scope: string, atMs: number, msat: bigint, count: number): Promise<void>
}

const SUMS = ['funds', 'reserved', 'paid', 'fees', 'capital', 'outside'] as const
const NOTHING = Object.fromEntries(SUMS.map((name) => [`${name}Msat`, 0n])) as unknown as JournalDeltas

export function ledgerQueries(db: Kysely<Database>): LedgerReader & LedgerWriter {
  const balanceOf = (row: Record<string, unknown>): AccountBalance => fromRow(BALANCE_COLUMNS, row)
  return {
    async lastJournalEntry() {
      const row = await db
        .selectFrom('journal')
        .select(['seq', 'digest'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? undefined : { seq: Number(row['seq']), digest: String(row['digest']) }
    },
    async journalAfter(seq, limit) {
      const rows = await db
        .selectFrom('journal')
        .selectAll()
        .where('seq', '>', BigInt(seq))
        .orderBy('seq', 'asc')
        .limit(limit)
        .execute()
      return rows.map((row) => fromRow<JournalEntry>(JOURNAL_COLUMNS, row))
    },
    async balance(account) {
      const row = await db
        .selectFrom('balances')
        .selectAll()
        .where('account', '=', account)
        .executeTakeFirst()
      return row === undefined ? { account, ...NOTHING } : balanceOf(row)
    },
    async balances() {
      const rows = await db.selectFrom('balances').selectAll().orderBy('account', 'asc').execute()
      return rows.map(balanceOf)
    },
    async usage(scope, nowMs) {
      const rows = await db
        .selectFrom('usage')
        .select([
          'usage_window',
          (of) => of.fn.sum<string | bigint>('used_msat').as('used'),
          (of) => of.fn.sum<string | bigint>('used_count').as('count'),
        ])
        .where('scope', '=', scope)
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
        .groupBy('usage_window')
        .execute()
      const sums = new Map(rows.map((row) => [String(row['usage_window']), row]))
      const used = (window: UsageWindow): Msat => msat(BigInt(sums.get(window)?.used ?? 0n))
      return {
        minuteCount: Number(sums.get('minute')?.count ?? 0n),
        hourMsat: used('hour'),
        dayMsat: used('day'),
        thirtyDaysMsat: used('30-days'),
        lifetimeMsat: used('lifetime'),
      }
    },

    async insertJournalEntry(entry) {
      await db.insertInto('journal').values(toRow(JOURNAL_COLUMNS, entry)).execute()
    },
    async addToBalance(account, deltas) {
      const row = Object.fromEntries(SUMS.map((name) => [`${name}_msat`, deltas[`${name}Msat`]]))
      await db
        .insertInto('balances')
        .values({ account, ...row })
        .onConflict((conflict) =>
          conflict
            .column('account')
            .doUpdateSet(
              Object.fromEntries(
                SUMS.map((name) => [
                  `${name}_msat`,
                  sql<bigint>`${sql.ref(`balances.${name}_msat`)} + ${sql.ref(`excluded.${name}_msat`)}`,
                ]),
              ),
            ),
        )
        .execute()
    },
    async addUsage(scope, atMs, usedMsat, count) {
      await db
        .insertInto('usage')
        .values(
          USAGE_WINDOW_NAMES.map((window) => ({
            scope,
            usage_window: window,
            bucket: BigInt(bucketOf(window, atMs)),
            used_msat: usedMsat,
            used_count: BigInt(count),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['scope', 'usage_window', 'bucket']).doUpdateSet({
            used_msat: sql<bigint>`${sql.ref('usage.used_msat')} + ${sql.ref('excluded.used_msat')}`,
            used_count: sql<bigint>`${sql.ref('usage.used_count')} + ${sql.ref('excluded.used_count')}`,
          }),
        )
        .execute()
    },
  }
}
