import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/**
 * Indexes for the questions that every payment asks, so that each has one of its own to go by. They
 * take the place of the first ones.
 */
export async function improveIntentIndexes(db: Kysely<Database>): Promise<void> {
  for (const name of ['intents_by_hash', 'intents_by_destination', 'intents_held', 'one_intent_per_key'])
    await db.schema.dropIndex(name).execute()
  await db.schema
    .createIndex('intents_by_hash')
    .on('intents')
    .columns(['payment_hash', 'account', 'created_at_ms'])
    .execute()
  // an invoice is its own destination, longer than a key may be, and is found by its hash
  await db.schema
    .createIndex('intents_by_destination')
    .on('intents')
    .columns(['account', 'destination', 'amount_msat', 'created_at_ms'])
    .where(sql.ref('kind'), '=', 'minted')
    .execute()
  // most payments have no key
  await db.schema
    .createIndex('one_intent_per_key')
    .unique()
    .on('intents')
    .columns(['account', 'idempotency_key'])
    .where(sql.ref('idempotency_key'), 'is not', null)
    .execute()
  await db.schema
    .createIndex('intents_held')
    .on('intents')
    .columns(['account', 'backend_kind', 'backend_network', 'backend_id', 'dispatched_at_ms'])
    .where(sql.ref('state'), 'in', ['reserved', 'dispatched'])
    .execute()
}

/** So that earlier payments of an offer are found as those to an address are. */
export async function createOfferIndex(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createIndex('offers_by_destination')
    .on('intents')
    .columns(['account', 'destination', 'amount_msat', 'created_at_ms'])
    .where(sql.ref('kind'), '=', 'offer')
    .execute()
}
