import { type Kysely, sql } from 'kysely'
import { createAccountTables } from './account-tables.ts'
import { createApprovalTables } from './approval-tables.ts'
import { createHoldTables } from './hold-tables.ts'
import { createOfferIndex, improveIntentIndexes } from './intent-indexes.ts'
import { createLedgerTables } from './ledger-tables.ts'
import { openJournal } from './open-journal.ts'
import { createPayeeIndexes } from './payee-queries.ts'
import { bindQuotesToSpends, createQuoteTable } from './quote-queries.ts'
import { createSafetyTables } from './safety-queries.ts'
import type { Database } from './schema.ts'
import { createCapitalIndex, createSpendIndexes } from './spend-queries.ts'

const MONEY = 'bigint' as const
const TIME = 'bigint' as const

export type Dialect = 'sqlite' | 'postgres'

type Migration = (db: Kysely<Database>, dialect: Dialect) => Promise<void>

/**
 * All steps from an empty database to today's, each applied once and in this order, inside one
 * transaction. A step that was published is never changed. Written with the schema builder, so
 * that another SQL database takes the same steps.
 */
export const MIGRATIONS: readonly Migration[] = [
  async (db) => {
    await db.schema
      .createTable('intents')
      .addColumn('payment_id', 'text', (c) => c.primaryKey())
      .addColumn('account', 'text', (c) => c.notNull())
      .addColumn('backend_kind', 'text', (c) => c.notNull())
      .addColumn('backend_network', 'text', (c) => c.notNull())
      .addColumn('backend_id', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text')
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('destination', 'text', (c) => c.notNull())
      .addColumn('payee', 'text')
      .addColumn('payment_hash', 'text')
      .addColumn('invoice', 'text')
      .addColumn('invoice_has_amount', 'integer', (c) => c.notNull())
      .addColumn('invoice_expires_at_ms', TIME)
      .addColumn('amount_msat', MONEY, (c) => c.notNull())
      .addColumn('max_fee_msat', MONEY, (c) => c.notNull())
      .addColumn('amount_given_msat', MONEY)
      .addColumn('max_fee_given_msat', MONEY)
      .addColumn('booked_msat', MONEY, (c) => c.notNull())
      .addColumn('fee_msat', MONEY)
      .addColumn('fee_provisional', 'integer', (c) => c.notNull())
      .addColumn('preimage', 'text')
      .addColumn('failure_reason', 'text')
      .addColumn('failure_detail', 'text')
      .addColumn('retry', 'text')
      .addColumn('backend_payment_id', 'text')
      .addColumn('idempotency_key', 'text')
      .addColumn('repeat_of', 'text')
      .addColumn('comment', 'text')
      .addColumn('memo', 'text')
      .addColumn('description', 'text')
      .addColumn('success_message', 'text')
      .addColumn('warnings', 'text', (c) => c.notNull())
      .addColumn('created_at_ms', TIME, (c) => c.notNull())
      .addColumn('updated_at_ms', TIME, (c) => c.notNull())
      .addColumn('dispatched_at_ms', TIME)
      .addColumn('closed_at_ms', TIME)
      .addColumn('settled_at_ms', TIME)
      .addColumn('owner', 'text')
      .addColumn('lease_until_ms', TIME, (c) => c.notNull())
      .addColumn('next_lookup_at_ms', TIME, (c) => c.notNull())
      .addColumn('lookups', 'integer', (c) => c.notNull())
      .addColumn('absent_since_ms', TIME)
      .execute()
    // What the code checks, the database refuses as well.
    await db.schema
      .createIndex('one_live_intent_per_hash')
      .unique()
      .on('intents')
      .columns(['backend_kind', 'backend_network', 'backend_id', 'payment_hash'])
      .where(sql.ref('state'), 'in', ['reserved', 'dispatched', 'settled'])
      .execute()
    await db.schema
      .createIndex('one_intent_per_key')
      .unique()
      .on('intents')
      .columns(['account', 'idempotency_key'])
      .execute()
    await db.schema
      .createIndex('intents_by_hash')
      .on('intents')
      .columns(['payment_hash', 'created_at_ms'])
      .execute()
    await db.schema
      .createIndex('intents_by_destination')
      .on('intents')
      .columns(['account', 'destination', 'amount_msat', 'created_at_ms'])
      .execute()
    await db.schema
      .createIndex('intents_by_state')
      .on('intents')
      .columns(['state', 'dispatched_at_ms'])
      .execute()
    await db.schema
      .createIndex('intents_held')
      .on('intents')
      .columns(['account', 'dispatched_at_ms'])
      .where(sql.ref('state'), 'in', ['reserved', 'dispatched'])
      .execute()
    await db.schema
      .createIndex('intents_to_look_up')
      .on('intents')
      .columns(['next_lookup_at_ms', 'lease_until_ms'])
      .where(sql.ref('next_lookup_at_ms'), '>', 0)
      .execute()
    await db.schema
      .createTable('attempts')
      .addColumn('payment_id', 'text', (c) => c.notNull().references('intents.payment_id'))
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('payment_hash', 'text', (c) => c.notNull())
      .addColumn('amount_msat', MONEY, (c) => c.notNull())
      .addColumn('max_fee_msat', MONEY, (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('started_at_ms', TIME, (c) => c.notNull())
      .addColumn('ended_at_ms', TIME)
      .addColumn('failure_reason', 'text')
      .addPrimaryKeyConstraint('attempts_key', ['payment_id', 'attempt'])
      .execute()
    await db.schema
      .createTable('decisions')
      .addColumn('account', 'text', (c) => c.notNull())
      .addColumn('payment_id', 'text')
      .addColumn('at_ms', TIME, (c) => c.notNull())
      .addColumn('verdict', 'text', (c) => c.notNull())
      .addColumn('code', 'text')
      .addColumn('destination', 'text', (c) => c.notNull())
      .addColumn('amount_msat', MONEY, (c) => c.notNull())
      .addColumn('max_fee_msat', MONEY, (c) => c.notNull())
      .addColumn('rules', 'text', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('decisions_by_time').on('decisions').columns(['account', 'at_ms']).execute()
  },
  async (db, dialect) => {
    await createLedgerTables(db, dialect)
    await createApprovalTables(db)
    await createPayeeIndexes(db)
    await createSpendIndexes(db)
    await createSafetyTables(db)
    await createQuoteTable(db)
    await createAccountTables(db, dialect)
    await improveIntentIndexes(db)
    await openJournal(db)
  },
  async (db) => {
    await db.schema.alterTable('intents').addColumn('send_options', 'text').execute()
    await createOfferIndex(db)
    await createCapitalIndex(db)
    await bindQuotesToSpends(db)
    await createHoldTables(db)
  },
]

/** Brings the schema up to date inside the transaction `db`. Refuses a database of a newer version. */
export async function migrate(db: Kysely<Database>, dialect: Dialect = 'sqlite'): Promise<void> {
  await db.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
  const row = await db.selectFrom('meta').select('value').where('key', '=', 'schema').executeTakeFirst()
  const version = Number(row?.value ?? 0)
  if (version > MIGRATIONS.length)
    throw new Error(`its schema is version ${version} and this program knows ${MIGRATIONS.length}`)
  if (version === MIGRATIONS.length) return
  for (const step of MIGRATIONS.slice(version)) await step(db, dialect)
  await db
    .insertInto('meta')
    .values({ key: 'schema', value: String(MIGRATIONS.length) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(MIGRATIONS.length) }))
    .execute()
}
