import { type Kysely, sql } from 'kysely'
import type { Intent } from '../intents/intent.ts'
import type { Quote } from '../quotes/quote.ts'
import { type Columns, fromRow, INTENT_COLUMNS, toRow } from './columns.ts'
import type { Database } from './schema.ts'

/** What the store is asked about quotes. */
export interface QuoteReader {
  quoteById(quoteId: string): Promise<Quote | undefined>
  /** The payment that the account made with the quote. */
  intentByQuote(account: string, quoteId: string): Promise<Intent | undefined>
}

export interface QuoteWriter {
  /** Keeps it, and forgets those that nobody can redeem any more and the oldest of too many. */
  insertQuote(quote: Quote): Promise<void>
}

/** So many of one account are kept; an agent that previews in a loop loses its oldest. */
export const MAX_QUOTES = 500
/** An expired one is known for a while, so that a late call is told what is wrong with it. */
const KEPT_AFTER_EXPIRY_MS = 60 * 60_000

const QUOTE_COLUMNS: Columns<Quote> = {
  quoteId: 'text',
  account: 'text',
  kind: 'text',
  destination: 'text',
  paymentHash: 'text',
  payee: 'text',
  amountMsat: 'msat',
  maxFeeMsat: 'msat',
  createdAtMs: 'number',
  expiresAtMs: 'number',
  capitalMsat: 'msat',
  terms: 'json',
}

export async function createQuoteTable(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('quotes')
    .addColumn('quote_id', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('destination', 'text', (c) => c.notNull())
    .addColumn('payment_hash', 'text')
    .addColumn('payee', 'text')
    .addColumn('amount_msat', 'bigint', (c) => c.notNull())
    .addColumn('max_fee_msat', 'bigint', (c) => c.notNull())
    .addColumn('created_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('expires_at_ms', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('quotes_by_account').on('quotes').columns(['account', 'quote_id']).execute()
  await db.schema.createIndex('quotes_by_expiry').on('quotes').columns(['expires_at_ms']).execute()
  // What the code checks, the database refuses as well: one quote, one payment.
  await db.schema
    .createIndex('one_intent_per_quote')
    .unique()
    .on('intents')
    .columns(['account', 'quote_id'])
    // most payments come of no quote, and SQLite would take a whole index for other questions
    .where(sql.ref('quote_id'), 'is not', null)
    .execute()
}

/** What a quote for a spending is bound to beside. */
export async function bindQuotesToSpends(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('quotes').addColumn('capital_msat', 'bigint').execute()
  await db.schema.alterTable('quotes').addColumn('terms', 'text').execute()
}

export function quoteQueries(db: Kysely<Database>): QuoteReader & QuoteWriter {
  return {
    async quoteById(quoteId) {
      const row = await db.selectFrom('quotes').selectAll().where('quote_id', '=', quoteId).executeTakeFirst()
      return row === undefined ? undefined : fromRow<Quote>(QUOTE_COLUMNS, row)
    },
    async intentByQuote(account, quoteId) {
      const row = await db
        .selectFrom('intents')
        .selectAll()
        .where('account', '=', account)
        .where('quote_id', '=', quoteId)
        .executeTakeFirst()
      return row === undefined ? undefined : fromRow<Intent>(INTENT_COLUMNS, row)
    },

    async insertQuote(quote) {
      const overSinceMs = BigInt(Math.trunc(quote.createdAtMs - KEPT_AFTER_EXPIRY_MS))
      await db.deleteFrom('quotes').where('expires_at_ms', '<', overSinceMs).execute()
      await db.insertInto('quotes').values(toRow(QUOTE_COLUMNS, quote)).execute()
      // ids sort by age
      const last = await db
        .selectFrom('quotes')
        .select('quote_id')
        .where('account', '=', quote.account)
        .orderBy('quote_id', 'desc')
        .offset(MAX_QUOTES)
        .limit(1)
        .executeTakeFirst()
      if (last === undefined) return
      await db
        .deleteFrom('quotes')
        .where('account', '=', quote.account)
        .where('quote_id', '<=', last.quote_id)
        .execute()
    },
  }
}
