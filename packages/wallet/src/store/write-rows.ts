import { type Kysely, sql } from 'kysely'
import {
  ATTEMPT_COLUMNS,
  BALANCE_COLUMNS,
  columnNames,
  DECISION_COLUMNS,
  JOURNAL_COLUMNS,
  type Row,
} from './columns.ts'
import type { Buffered } from './group-memory.ts'
import type { Database } from './schema.ts'
import type { Statements } from './statements.ts'

interface BufferedTable {
  columns: readonly string[]
  /** What tells a row from others; a second one of the same key changes the first. */
  key?: readonly string[]
  /** Columns that add up. All others take the newer value. */
  sums?: readonly string[]
}

const SUMS = ['funds_msat', 'reserved_msat', 'paid_msat', 'fees_msat', 'capital_msat', 'outside_msat']

const BUFFERED_TABLES: Readonly<Record<Buffered, BufferedTable>> = {
  decisions: { columns: columnNames(DECISION_COLUMNS) },
  attempts: { columns: columnNames(ATTEMPT_COLUMNS), key: ['payment_id', 'attempt'] },
  journal: { columns: columnNames(JOURNAL_COLUMNS) },
  balances: { columns: columnNames(BALANCE_COLUMNS), key: ['account'], sums: SUMS },
  usage: {
    columns: ['scope', 'usage_window', 'bucket', 'used_msat', 'used_count'],
    key: ['scope', 'usage_window', 'bucket'],
    sums: ['used_msat', 'used_count'],
  },
}

const LARGEST = 64

/**
 * Writes whole rows, many with one statement. The numbers of rows are powers of two, so that few
 * different statements are compiled and kept.
 */
export async function writeRows(
  db: Kysely<Database>,
  statements: Statements,
  table: Buffered,
  rows: readonly Row[],
): Promise<void> {
  const { columns } = BUFFERED_TABLES[table]
  for (let from = 0; from < rows.length; ) {
    let count = LARGEST
    while (count > rows.length - from) count >>= 1
    const parameters = rows
      .slice(from, from + count)
      .flatMap((row) => columns.map((column) => row[column] ?? null))
    await statements.runInOrder(db, `insert ${count} ${table}`, () => insert(db, table, count), parameters)
    from += count
  }
}

function insert(db: Kysely<Database>, table: Buffered, count: number) {
  const { columns, key, sums = [] } = BUFFERED_TABLES[table]
  // what stands for the values is never read: only the order of the columns counts
  const row: Row = Object.fromEntries(columns.map((column) => [column, '']))
  const plain = db.insertInto(table).values(Array.from({ length: count }, () => row))
  if (key === undefined) return plain
  const changed = columns.filter((column) => !key.includes(column))
  return plain.onConflict((conflict) =>
    conflict
      .columns([...key] as never)
      .doUpdateSet(
        Object.fromEntries(
          changed.map((column) => [
            column,
            sums.includes(column)
              ? sql`${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`
              : sql.ref(`excluded.${column}`),
          ]),
        ) as never,
      ),
  )
}
