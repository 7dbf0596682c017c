import { type Kysely, sql } from 'kysely'
import { makeAppendOnly } from './ledger-tables.ts'
import type { Dialect } from './migrations.ts'
import type { Database } from './schema.ts'

const MONEY = 'bigint' as const
const TIME = 'bigint' as const

/** Accounts, the invoices they made, what the owner gave or took, and what the database refuses for a tracked balance. */
/** Of a payment that was sent at some time. */
export const SENT_STATES = ['reserved', 'dispatched', 'settled', 'failed'] as const

export async function createAccountTables(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('own', 'tracked')`))
    .addColumn('backend_kind', 'text', (c) => c.notNull())
    .addColumn('backend_network', 'text', (c) => c.notNull())
    .addColumn('backend_id', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', TIME, (c) => c.notNull())
    .addColumn('closed_at_ms', TIME)
    .execute()
  await db.schema
    .createTable('own_invoices')
    .addColumn('payment_hash', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('backend_kind', 'text', (c) => c.notNull())
    .addColumn('backend_network', 'text', (c) => c.notNull())
    .addColumn('backend_id', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('invoice', 'text')
    .addColumn('payee', 'text')
    .addColumn('amount_msat', MONEY)
    .addColumn('description', 'text')
    .addColumn('description_hash', 'text')
    .addColumn('sealed_preimage', 'text')
    .addColumn('received_msat', MONEY)
    .addColumn('settled_inside', 'integer', (c) => c.notNull())
    .addColumn('created_at_ms', TIME, (c) => c.notNull())
    .addColumn('expires_at_ms', TIME, (c) => c.notNull())
    .addColumn('settled_at_ms', TIME)
    .addColumn('next_look_at_ms', TIME, (c) => c.notNull())
    .addColumn('looks', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('own_invoices_key', [
      'backend_kind',
      'backend_network',
      'backend_id',
      'payment_hash',
    ])
    .execute()
  await db.schema
    .createIndex('own_invoices_by_account')
    .on('own_invoices')
    .columns(['account', 'created_at_ms'])
    .execute()
  await db.schema
    .createIndex('own_invoices_to_look_at')
    .on('own_invoices')
    .columns(['next_look_at_ms'])
    .where(sql.ref('next_look_at_ms'), '>', 0)
    .execute()
  await db.schema
    .createIndex('intents_by_account')
    .on('intents')
    .columns(['account', 'created_at_ms'])
    // of part of the rows only, so that SQLite takes it for no question but that for what was sent
    .where(sql.ref('state'), 'in', [...SENT_STATES])
    .execute()
  await db.schema
    .createTable('account_transfers')
    .addColumn('nonce', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('amount_msat', MONEY, (c) => c.notNull())
    .addColumn('at_ms', TIME, (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('signature', 'text')
    .execute()
  await makeAppendOnly(db, dialect, 'account_transfers', 'nonce')
  // What arrives is booked once, whatever the code does.
  await db.schema
    .createIndex('one_booking_of_what_came_in')
    .unique()
    .on('journal')
    .columns(['account', 'note'])
    .where(
      sql.ref('event'),
      'in',
      (['received', 'received-inside', 'credited', 'debited'] as const).map((event) => sql.lit(event)),
    )
    .execute()
  await refuseBelowZero(db, dialect)
}

/** A tracked balance below zero is refused by the database, whoever writes it. */
async function refuseBelowZero(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  const isTracked = sql.raw(
    `exists (select 1 from accounts where accounts.name = new.account and accounts.kind = 'tracked')`,
  )
  if (dialect === 'sqlite') {
    for (const verb of ['insert', 'update'])
      await sql`create trigger ${sql.ref(`balances_not_below_zero_${verb}`)} after ${sql.raw(verb)} on balances
        when new.funds_msat < 0 and ${isTracked}
        begin select raise(abort, 'a tracked balance cannot go below zero'); end`.execute(db)
    return
  }
  await sql`create or replace function refuse_below_zero() returns trigger language plpgsql as
    $$ begin
      if new.funds_msat < 0 and ${isTracked} then
        raise exception 'a tracked balance cannot go below zero';
      end if;
      return new;
    end $$`.execute(db)
  await sql`create trigger balances_not_below_zero after insert or update on balances
    for each row execute function refuse_below_zero()`.execute(db)
}
