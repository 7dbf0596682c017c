import { type Kysely, sql } from 'kysely'
import type { Dialect } from './migrations.ts'
import type { Database } from './schema.ts'

const MONEY = 'bigint' as const
const TIME = 'bigint' as const

/** Journal, balances and usage, and what an intent has to say for them. */
export async function createLedgerTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  for (const [column, type] of [
    ['capital_msat', MONEY],
    ['charged_at_ms', TIME],
    ['limit_scopes', 'text'],
    ['budget', 'text'],
    ['approval_id', 'text'],
    ['quote_id', 'text'],
    ['details', 'text'],
  ] as const)
    await db.schema.alterTable('intents').addColumn(column, type).execute()

  await db.schema
    .createTable('journal')
    // by this name SQLite needs no index for it
    .addColumn('seq', dialect === 'sqlite' ? 'integer' : 'bigint', (c) => c.primaryKey())
    .addColumn('at_ms', TIME, (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('payment_id', 'text')
    .addColumn('attempt', 'integer')
    .addColumn('funds_msat', MONEY, (c) => c.notNull())
    .addColumn('reserved_msat', MONEY, (c) => c.notNull())
    .addColumn('paid_msat', MONEY, (c) => c.notNull())
    .addColumn('fees_msat', MONEY, (c) => c.notNull())
    .addColumn('capital_msat', MONEY, (c) => c.notNull())
    .addColumn('outside_msat', MONEY, (c) => c.notNull())
    .addColumn('limit_scopes', 'text', (c) => c.notNull())
    .addColumn('charged_at_ms', TIME)
    .addColumn('charged_msat', MONEY, (c) => c.notNull())
    .addColumn('charged_count', 'integer', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('digest', 'text', (c) => c.notNull())
    .addCheckConstraint(
      'journal_adds_up_to_zero',
      sql`funds_msat + reserved_msat + paid_msat + fees_msat + capital_msat + outside_msat = 0`,
    )
    .execute()
  await db.schema.createIndex('journal_by_payment').on('journal').columns(['payment_id']).execute()
  await db.schema
    .createTable('balances')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('funds_msat', MONEY, (c) => c.notNull())
    .addColumn('reserved_msat', MONEY, (c) => c.notNull())
    .addColumn('paid_msat', MONEY, (c) => c.notNull())
    .addColumn('fees_msat', MONEY, (c) => c.notNull())
    .addColumn('capital_msat', MONEY, (c) => c.notNull())
    .addColumn('outside_msat', MONEY, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('usage')
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('usage_window', 'text', (c) => c.notNull())
    .addColumn('bucket', 'bigint', (c) => c.notNull())
    .addColumn('used_msat', MONEY, (c) => c.notNull())
    .addColumn('used_count', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('usage_key', ['scope', 'usage_window', 'bucket'])
    .execute()
  await makeAppendOnly(db, dialect, 'journal', 'seq')
  await makeAppendOnly(db, dialect, 'decisions')
}

/** The database itself refuses to change or delete a row that was written. */
export async function makeAppendOnly(
  db: Kysely<Database>,
  dialect: Dialect,
  table: keyof Database,
  key: 'seq' | 'nonce' | 'rowid' = 'rowid',
): Promise<void> {
  const refusal = `the ${table} is append-only`
  if (dialect === 'sqlite') {
    for (const verb of ['update', 'delete'])
      await sql`create trigger ${sql.ref(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
        begin select raise(abort, ${sql.lit(refusal)}); end`.execute(db)
    // to replace a row is to delete it, and no trigger hears of it
    const there = (column: string) =>
      sql`exists (select 1 from ${sql.table(table)} where ${sql.ref(column)} = new.${sql.ref(column)})`
    await sql`create trigger ${sql.ref(`${table}_no_replace`)} before insert on ${sql.table(table)}
      when ${there('rowid')} or ${there(key)}
      begin select raise(abort, ${sql.lit(refusal)}); end`.execute(db)
    return
  }
  await sql`create or replace function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'the % is append-only', tg_table_name; end $$`.execute(db)
  await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${sql.table(table)}
    for each row execute function refuse_change()`.execute(db)
  await sql`create trigger ${sql.ref(`${table}_no_truncate`)} before truncate on ${sql.table(table)}
    for each statement execute function refuse_change()`.execute(db)
}
