import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

const MONEY = 'bigint' as const
const TIME = 'bigint' as const

/** Hold invoices, so that no accepted one is forgotten. */
export async function createHoldTables(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('hold_invoices')
    .addColumn('payment_hash', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('backend_kind', 'text', (c) => c.notNull())
    .addColumn('backend_network', 'text', (c) => c.notNull())
    .addColumn('backend_id', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('amount_msat', MONEY, (c) => c.notNull())
    .addColumn('on_deadline', 'text', (c) => c.notNull())
    .addColumn('kept_preimage', 'integer', (c) => c.notNull())
    .addColumn('sealed_preimage', 'text')
    .addColumn('decision', 'text')
    .addColumn('decided_by', 'text')
    .addColumn('decided_at_ms', TIME)
    .addColumn('min_final_cltv_delta', 'integer')
    .addColumn('deadline_height', TIME)
    .addColumn('seen_height', TIME)
    .addColumn('seen_at_ms', TIME)
    .addColumn('fault', 'text')
    .addColumn('created_at_ms', TIME, (c) => c.notNull())
    .addColumn('expires_at_ms', TIME, (c) => c.notNull())
    .addColumn('ended_at_ms', TIME)
    .addColumn('next_look_at_ms', TIME, (c) => c.notNull())
    .addColumn('looks', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('hold_invoices_key', [
      'backend_kind',
      'backend_network',
      'backend_id',
      'payment_hash',
    ])
    .execute()
  await db.schema
    .createIndex('hold_invoices_to_look_at')
    .on('hold_invoices')
    .columns(['next_look_at_ms'])
    .where(sql.ref('next_look_at_ms'), '>', 0)
    .execute()
}
