import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/** What the store is asked about who was paid before. */
export interface PayeeReader {
  /** Whether the account ever paid an invoice of that node, or that address, LNURL, node or bitcoin address. */
  hasSettledTo(account: string, to: { payee: string } | { destination: string }): Promise<boolean>
}

// Written out and not as a parameter: only so does SQLite see that the partial index fits.
const SETTLED = sql.lit('settled')

/** One row for each settled payment, so that payees of a long history are found at once. */
export async function createPayeeIndexes(db: Kysely<Database>): Promise<void> {
  for (const [name, column] of [
    ['settled_by_payee', 'payee'],
    ['settled_by_destination', 'destination'],
  ] as const)
    await db.schema
      .createIndex(name)
      .on('intents')
      .columns(['account', column])
      .where(sql.ref('state'), '=', 'settled')
      .where(sql.ref('kind'), column === 'payee' ? '=' : '!=', 'invoice')
      .execute()
}

export function payeeQueries(db: Kysely<Database>): PayeeReader {
  return {
    async hasSettledTo(account, to) {
      const invoice = sql.lit('invoice')
      const settled = db
        .selectFrom('intents')
        .select('payment_id')
        .where('account', '=', account)
        .where('state', '=', SETTLED)
      const query =
        'payee' in to
          ? settled.where('payee', '=', to.payee).where('kind', '=', invoice)
          : settled.where('destination', '=', to.destination).where('kind', '!=', invoice)
      return (await query.limit(1).executeTakeFirst()) !== undefined
    },
  }
}
