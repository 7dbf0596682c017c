import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import { type Kysely, sql } from 'kysely'
import { type Attempt, type Decision, type Intent, LIVE_STATES, TRANSITIONS } from '../intents/intent.ts'
import type { PaymentId } from '../wallet.ts'
import { accountQueries } from './account-queries.ts'
import { approvalQueries } from './approval-queries.ts'
import { auditQueries } from './audit-queries.ts'
import { ATTEMPT_COLUMNS, DECISION_COLUMNS, fromRow, INTENT_COLUMNS, toRow } from './columns.ts'
import { ledgerQueries } from './ledger-queries.ts'
import { payeeQueries } from './payee-queries.ts'
import { safetyQueries } from './safety-queries.ts'
import type { Database } from './schema.ts'
import type { StoreReader, StoreWriter } from './wallet-store.ts'

// Written out and not as parameters: only so does SQLite see that a partial index fits.
const WAITING = sql.lit(0n)
const HELD = [sql.lit('reserved'), sql.lit('dispatched')]

/** 1 where money may still move or has moved: of several intents of a hash that one tells what became of it. */
const isLive = sql<bigint>`case when state in (${sql.join(LIVE_STATES.map((state) => sql.lit(state)))}) then 1 else 0 end`

const intent = (row: Record<string, unknown> | undefined): Intent | undefined =>
  row === undefined ? undefined : fromRow<Intent>(INTENT_COLUMNS, row)

/** The store's questions and changes as SQL that SQLite and PostgreSQL both know. */
export function kyselyWriter(db: Kysely<Database>): StoreReader & StoreWriter {
  const intents = () => db.selectFrom('intents').selectAll()
  const ofBackend = ({ kind, network, id }: BackendIdentity) =>
    intents()
      .where('backend_kind', '=', kind)
      .where('backend_network', '=', network)
      .where('backend_id', '=', id)
  const due = (identity: BackendIdentity) => ofBackend(identity).where('next_lookup_at_ms', '>', WAITING)

  return {
    ...ledgerQueries(db),
    ...accountQueries(db),
    ...payeeQueries(db),
    ...safetyQueries(db),
    ...approvalQueries(db),
    ...auditQueries(db),
    intentById: async (paymentId) =>
      intent(await intents().where('payment_id', '=', paymentId).executeTakeFirst()),
    intentByKey: async (account, key) =>
      intent(
        await intents().where('account', '=', account).where('idempotency_key', '=', key).executeTakeFirst(),
      ),
    liveIntentByHash: async (hash) =>
      intent(
        await intents()
          .where('payment_hash', '=', hash)
          .where('state', 'in', [...LIVE_STATES])
          .limit(1)
          .executeTakeFirst(),
      ),
    intentByHash: async (account, hash) =>
      intent(
        await intents()
          .where('payment_hash', '=', hash)
          .where('account', '=', account)
          .orderBy(isLive, 'desc')
          .orderBy('created_at_ms', 'desc')
          .orderBy('payment_id', 'desc')
          .limit(1)
          .executeTakeFirst(),
      ),
    async countIntentsByHash(hash) {
      const row = await db
        .selectFrom('intents')
        .select((of) => of.fn.countAll<string | bigint>().as('count'))
        .where('payment_hash', '=', hash)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    async newestMinted({ account, destination, amountMsat, repeatOf }, states) {
      let query = intents()
        .where('account', '=', account)
        .where('destination', '=', destination)
        .where('amount_msat', '=', amountMsat)
        .where('kind', '=', 'minted')
        .where('state', 'in', [...states])
      if (repeatOf !== undefined) query = query.where('repeat_of', '=', repeatOf)
      return intent(
        await query
          .orderBy('created_at_ms', 'desc')
          .orderBy('payment_id', 'desc')
          .limit(1)
          .executeTakeFirst(),
      )
    },
    openIntentElsewhere: async (account, { kind, network, id }) =>
      intent(
        await intents()
          .where('state', 'in', HELD)
          .where('account', '=', account)
          .where((is) =>
            is.or([
              is('backend_kind', '!=', kind),
              is('backend_network', '!=', network),
              is('backend_id', '!=', id),
            ]),
          )
          .limit(1)
          .executeTakeFirst(),
      ),
    async intentsByHashes(account, hashes) {
      if (hashes.length === 0) return []
      const rows = await intents()
        .where('payment_hash', 'in', [...hashes])
        .where('account', '=', account)
        .orderBy(isLive, 'asc')
        .orderBy('created_at_ms', 'asc')
        .execute()
      return rows.map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    },
    async unknownIntents(account, limit) {
      const rows = await intents()
        .where('state', 'in', HELD)
        .where('outcome', '=', 'unknown')
        .where('account', '=', account)
        .orderBy('dispatched_at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    },
    async dueIntents(identity, nowMs, limit) {
      const now = BigInt(Math.trunc(nowMs))
      const rows = await due(identity)
        .where('next_lookup_at_ms', '<=', now)
        .where('lease_until_ms', '<=', now)
        .orderBy('next_lookup_at_ms', 'asc')
        .limit(limit)
        .execute()
      return rows.map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    },
    async nextDueMs({ kind, network, id }) {
      const row = await db
        .selectFrom('intents')
        .select((of) =>
          of.fn
            .min<string | bigint | null>(
              of
                .case()
                .when('lease_until_ms', '>', of.ref('next_lookup_at_ms'))
                .then(of.ref('lease_until_ms'))
                .else(of.ref('next_lookup_at_ms'))
                .end(),
            )
            .as('at'),
        )
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('next_lookup_at_ms', '>', WAITING)
        .executeTakeFirst()
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
    },
    newestSettledBefore: async (identity, dispatchedAtMs) =>
      intent(
        await ofBackend(identity)
          .where('state', '=', 'settled')
          .where('dispatched_at_ms', '<', BigInt(Math.trunc(dispatchedAtMs)))
          .orderBy('dispatched_at_ms', 'desc')
          .limit(1)
          .executeTakeFirst(),
      ),
    async attempts(paymentId) {
      const rows = await db
        .selectFrom('attempts')
        .selectAll()
        .where('payment_id', '=', paymentId)
        .orderBy('attempt', 'asc')
        .execute()
      return rows.map((row) => fromRow<Attempt>(ATTEMPT_COLUMNS, row))
    },
    async decisions(account, limit) {
      const rows = await db
        .selectFrom('decisions')
        .selectAll()
        .where('account', '=', account)
        .orderBy('at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => fromRow<Decision>(DECISION_COLUMNS, row))
    },
    async getMeta(key) {
      const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst()
      return row === undefined ? undefined : String(row.value)
    },
    async getMetas(keys) {
      if (keys.length === 0) return new Map()
      const rows = await db
        .selectFrom('meta')
        .select(['key', 'value'])
        .where('key', 'in', [...keys])
        .execute()
      return new Map(rows.map(({ key, value }) => [String(key), String(value)]))
    },

    async insertIntent(value) {
      await db.insertInto('intents').values(toRow(INTENT_COLUMNS, value)).execute()
    },
    async updateIntent(paymentId, { from, owner, attempt }, change) {
      const { state } = change
      if (state !== undefined && !from.every((before) => TRANSITIONS[before].includes(state)))
        throw new LightningError({
          code: 'internal',
          message: `no intent goes from ${from.join('/')} to ${state}`,
        })
      let query = db
        .updateTable('intents')
        .set(toRow<Intent>(INTENT_COLUMNS, change))
        .where('payment_id', '=', paymentId)
        .where('state', 'in', [...from])
      if (owner !== undefined) query = query.where('owner', '=', owner)
      if (attempt !== undefined) query = query.where('attempt', '=', BigInt(attempt))
      const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
      if (numUpdatedRows > 1n)
        throw new LightningError({ code: 'internal', message: 'one payment id, two rows' })
      return numUpdatedRows === 1n
    },
    async putAttempt(value) {
      const row = toRow(ATTEMPT_COLUMNS, value)
      await db
        .insertInto('attempts')
        .values(row)
        .onConflict((conflict) => conflict.columns(['payment_id', 'attempt']).doUpdateSet(row))
        .execute()
    },
    async renewLeases(owner, paymentIds, leaseUntilMs) {
      const rows = await db
        .updateTable('intents')
        .set({ lease_until_ms: BigInt(Math.trunc(leaseUntilMs)) })
        .where('owner', '=', owner)
        .where('payment_id', 'in', [...paymentIds])
        .returning('payment_id')
        .execute()
      return rows.map((row) => String(row.payment_id) as PaymentId)
    },
    async insertDecision(value) {
      await db.insertInto('decisions').values(toRow(DECISION_COLUMNS, value)).execute()
    },
    async setMeta(key, value) {
      await db
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    },
  }
}
