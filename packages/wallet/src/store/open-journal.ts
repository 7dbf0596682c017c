import type { Kysely } from 'kysely'
import type { Intent } from '../intents/intent.ts'
import { appendEntry } from '../ledger/append-entry.ts'
import { postings, spendingMsat } from '../ledger/postings.ts'
import { fromRow, INTENT_COLUMNS, toRow } from './columns.ts'
import { kyselyWriter } from './kysely-writer.ts'
import type { Database } from './schema.ts'
import { Statements } from './statements.ts'

const PAGE = 500

/** Books what intents of a database without a journal hold, so that the journal accounts for them. */
export async function openJournal(db: Kysely<Database>): Promise<void> {
  const store = kyselyWriter({ db, statements: new Statements(), memory: undefined })
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('intents')
      .selectAll()
      .where('payment_id', '>', after)
      .orderBy('payment_id', 'asc')
      .limit(PAGE)
      .execute()
    for (const row of rows) {
      const intent = fromRow<Intent>(INTENT_COLUMNS, row)
      after = intent.paymentId
      const { reservedMsat, paidMsat, feesMsat, capitalMsat } = postings(intent)
      const sumMsat = reservedMsat + paidMsat + feesMsat + capitalMsat
      if (sumMsat === 0n) continue
      const limitScopes = ['server', `account:${intent.account}`]
      const chargedAtMs = intent.dispatchedAtMs ?? intent.createdAtMs
      await db
        .updateTable('intents')
        .set(toRow<Intent>(INTENT_COLUMNS, { limitScopes, chargedAtMs }))
        .where('payment_id', '=', intent.paymentId)
        .execute()
      await appendEntry(store, {
        atMs: intent.updatedAtMs,
        account: intent.account,
        event: 'opening',
        paymentId: intent.paymentId,
        attempt: intent.attempt,
        fundsMsat: -sumMsat,
        reservedMsat,
        paidMsat,
        feesMsat,
        capitalMsat,
        outsideMsat: 0n,
        limitScopes,
        chargedAtMs,
        chargedMsat: spendingMsat(intent),
        chargedCount: 1,
      })
    }
    if (rows.length < PAGE) return
  }
}
