import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

const MONEY = 'bigint' as const
const TIME = 'bigint' as const

/** Payments that wait or waited for the owner's word. */
export async function createApprovalTables(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('intents').addColumn('approval_expires_at_ms', TIME).execute()
  await db.schema
    .createTable('approvals')
    .addColumn('approval_id', 'text', (c) => c.primaryKey())
    .addColumn('nonce', 'text', (c) => c.notNull())
    .addColumn('payment_id', 'text', (c) => c.notNull().references('intents.payment_id'))
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('backend_kind', 'text', (c) => c.notNull())
    .addColumn('backend_network', 'text', (c) => c.notNull())
    .addColumn('backend_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('destination', 'text', (c) => c.notNull())
    .addColumn('payee', 'text')
    .addColumn('amount_msat', MONEY, (c) => c.notNull())
    .addColumn('capital_msat', MONEY)
    .addColumn('terms', 'text')
    .addColumn('max_fee_msat', MONEY, (c) => c.notNull())
    .addColumn('payment_hash', 'text')
    .addColumn('memo', 'text')
    .addColumn('comment', 'text')
    .addColumn('description', 'text')
    .addColumn('reason', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('created_at_ms', TIME, (c) => c.notNull())
    .addColumn('expires_at_ms', TIME, (c) => c.notNull())
    .addColumn('decided_at_ms', TIME)
    .addColumn('decided_by', 'text')
    .addColumn('signature', 'text')
    .addColumn('next_post_at_ms', TIME, (c) => c.notNull())
    .addColumn('posts', 'integer', (c) => c.notNull())
    .execute()
  // What the code checks, the database refuses as well: one open request of a payment, one that was used for a sending.
  await db.schema
    .createIndex('one_open_approval')
    .unique()
    .on('approvals')
    .columns(['payment_id'])
    .where(sql.ref('state'), 'in', ['pending', 'approved'])
    .execute()
  await db.schema
    .createIndex('one_used_approval')
    .unique()
    .on('approvals')
    .columns(['payment_id', 'attempt'])
    .where(sql.ref('state'), '=', 'used')
    .execute()
  await db.schema
    .createIndex('approvals_by_state')
    .on('approvals')
    .columns(['state', 'account', 'created_at_ms'])
    .execute()
  await db.schema.createIndex('approvals_by_time').on('approvals').columns(['created_at_ms']).execute()
}
