import { msat } from '@lightning-mcp/core'
import { sql } from 'kysely'
import type { AccountBalance, JournalDeltas, JournalEntry } from '../ledger/journal.ts'
import {
  bucketOf,
  oldestBucket,
  startOf,
  USAGE_WINDOW_NAMES,
  type Usage,
  type UsageWindow,
} from '../ledger/usage.ts'
import { BALANCE_COLUMNS, fromRow, JOURNAL_COLUMNS, type Row, toWholeRow } from './columns.ts'
import { addColumns } from './group-memory.ts'
import type { Session } from './session.ts'
import { writeRows } from './write-rows.ts'

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
const SUM_COLUMNS = SUMS.map((name) => `${name}_msat`)
const NOTHING = Object.fromEntries(SUMS.map((name) => [`${name}Msat`, 0n])) as unknown as JournalDeltas

const balanceOf = (row: Record<string, unknown>): AccountBalance => fromRow(BALANCE_COLUMNS, row)

export function ledgerQueries({ db, statements, memory }: Session): LedgerReader & LedgerWriter {
  return {
    async lastJournalEntry() {
      if (memory?.tail !== undefined) return memory.tail ?? undefined
      const { rows } = await statements.run(
        db,
        'lastJournalEntry',
        () => db.selectFrom('journal').select(['seq', 'digest']).orderBy('seq', 'desc').limit(1),
        {},
      )
      const [row] = rows
      const tail = row === undefined ? undefined : { seq: Number(row['seq']), digest: String(row['digest']) }
      if (memory !== undefined) memory.tail = tail ?? null
      return tail
    },
    async journalAfter(seq, limit) {
      await memory?.flush()
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
      const { rows } = await statements.run(
        db,
        'balance',
        (slot) => db.selectFrom('balances').selectAll().where('account', '=', slot('account')),
        { account },
      )
      const written = rows[0] === undefined ? { account, ...NOTHING } : balanceOf(rows[0])
      const pending = memory?.pendingOf('balances', account)
      return pending === undefined ? written : withDeltas(written, balanceOf(pending))
    },
    async balances() {
      await memory?.flush()
      const rows = await db.selectFrom('balances').selectAll().orderBy('account', 'asc').execute()
      return rows.map(balanceOf)
    },
    async usage(scope, nowMs) {
      const oldest = USAGE_WINDOW_NAMES.map((window) => BigInt(oldestBucket(window, nowMs)))
      const ask = () => writtenUsage({ db, statements, memory }, scope, oldest)
      const written = memory === undefined ? await ask() : await memory.sumsOf(`${scope} ${oldest}`, ask)
      const used = { ...written.used }
      let { minuteCount, newest } = written
      for (const row of memory?.pending('usage') ?? []) {
        const window = row['usage_window'] as UsageWindow
        const from = oldest[USAGE_WINDOW_NAMES.indexOf(window)] ?? 0n
        if (row['scope'] !== scope || (row['bucket'] as bigint) < from) continue
        used[window] += row['used_msat'] as bigint
        if (window !== 'minute') continue
        minuteCount += Number(row['used_count'])
        newest = Math.max(newest ?? 0, Number(row['bucket']))
      }
      return {
        minuteCount,
        hourMsat: msat(used.hour),
        dayMsat: msat(used.day),
        thirtyDaysMsat: msat(used['30-days']),
        lifetimeMsat: msat(used.lifetime),
        ...(newest === undefined ? {} : { newestMs: startOf('minute', newest) }),
      }
    },

    async insertJournalEntry(entry) {
      const row = toWholeRow(JOURNAL_COLUMNS, entry)
      if (memory === undefined) return writeRows(db, statements, 'journal', [row])
      memory.put('journal', `${entry.seq}`, row)
      memory.tail = { seq: entry.seq, digest: entry.digest }
    },
    async addToBalance(account, deltas) {
      const row: Row = { account }
      for (const name of SUMS) row[`${name}_msat`] = deltas[`${name}Msat`]
      if (memory === undefined) return writeRows(db, statements, 'balances', [row])
      memory.put('balances', account, row, addColumns(SUM_COLUMNS, row))
    },
    async addUsage(scope, atMs, usedMsat, count) {
      const rows = USAGE_WINDOW_NAMES.map((window) => ({
        scope,
        usage_window: window,
        bucket: BigInt(bucketOf(window, atMs)),
        used_msat: usedMsat,
        used_count: BigInt(count),
      }))
      if (memory === undefined) return writeRows(db, statements, 'usage', rows)
      for (const row of rows)
        memory.put(
          'usage',
          `${row.usage_window} ${row.bucket} ${scope}`,
          row,
          addColumns(['used_msat', 'used_count'], row),
        )
    },
  }
}

function withDeltas(balance: AccountBalance, deltas: JournalDeltas): AccountBalance {
  const sum = { ...balance }
  for (const name of SUMS) sum[`${name}Msat`] += deltas[`${name}Msat`]
  return sum
}

/** Sums of what is in the database, of each window from its oldest step on. */
async function writtenUsage({ db, statements }: Session, scope: string, oldest: readonly bigint[]) {
  const { rows } = await statements.run(
    db,
    'usage',
    (slot) =>
      db
        .selectFrom('usage')
        .select([
          'usage_window',
          (of) => of.fn.sum<string | bigint>('used_msat').as('used'),
          (of) => of.fn.sum<string | bigint>('used_count').as('count'),
          (of) => of.fn.max('bucket').as('newest'),
        ])
        .where('scope', '=', slot('scope'))
        .where((is) =>
          is.or(
            USAGE_WINDOW_NAMES.map((window) =>
              is.and([is('usage_window', '=', sql.lit(window)), is('bucket', '>=', slot<bigint>(window))]),
            ),
          ),
        )
        .groupBy('usage_window'),
    { scope, ...Object.fromEntries(USAGE_WINDOW_NAMES.map((window, i) => [window, oldest[i] ?? 0n])) },
  )
  const used: Record<UsageWindow, bigint> = { minute: 0n, hour: 0n, day: 0n, '30-days': 0n, lifetime: 0n }
  let minuteCount = 0
  let newest: number | undefined
  for (const row of rows) {
    const window = row['usage_window'] as UsageWindow
    used[window] = BigInt(row['used'] as string | bigint)
    if (window !== 'minute') continue
    minuteCount = Number(row['count'])
    newest = Number(row['newest'])
  }
  return { used, minuteCount, newest }
}
