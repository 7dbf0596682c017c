import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import { type Compilable, sql } from 'kysely'
import { type Attempt, type Decision, type Intent, LIVE_STATES, TRANSITIONS } from '../intents/intent.ts'
import type { PaymentId } from '../wallet.ts'
import { accountQueries } from './account-queries.ts'
import { approvalQueries } from './approval-queries.ts'
import { auditQueries } from './audit-queries.ts'
import {
  ATTEMPT_COLUMNS,
  columnNames,
  DECISION_COLUMNS,
  fromRow,
  INTENT_COLUMNS,
  toRow,
  toValues,
  toWholeRow,
} from './columns.ts'
import { holdQueries } from './hold-queries.ts'
import { safetyInMemory, withWritten } from './in-memory.ts'
import { ledgerQueries } from './ledger-queries.ts'
import { payeeQueries } from './payee-queries.ts'
import { quoteQueries } from './quote-queries.ts'
import { safetyQueries } from './safety-queries.ts'
import type { Session } from './session.ts'
import { spendQueries } from './spend-queries.ts'
import type { SlotOf, Values } from './statements.ts'
import type { StoreReader, StoreWriter } from './wallet-store.ts'
import { writeRows } from './write-rows.ts'

// Written out and not as parameters: only so does SQLite see that a partial index fits.
const WAITING = sql.lit(0n)
const MINTING = { minted: sql.lit('minted'), offer: sql.lit('offer') }
const HELD = [sql.lit('reserved'), sql.lit('dispatched')]

/** 1 where money may still move or has moved: of several intents of a hash that one tells what became of it. */
const isLive = sql<bigint>`case when state in (${sql.join(LIVE_STATES.map((state) => sql.lit(state)))}) then 1 else 0 end`

const intent = (row: Record<string, unknown> | undefined): Intent | undefined =>
  row === undefined ? undefined : fromRow<Intent>(INTENT_COLUMNS, row)

/** The store's questions and changes as SQL that SQLite and PostgreSQL both know. */
export function kyselyWriter(session: Session): StoreReader & StoreWriter {
  const { db, statements, memory } = session
  /** The first row that a statement of the hot path answers. */
  const first = async (name: string, build: (slot: SlotOf) => Compilable, values: Values) =>
    (await statements.run(db, name, build, values)).rows[0]
  const intents = () => db.selectFrom('intents').selectAll()
  const ofBackend = ({ kind, network, id }: BackendIdentity) =>
    intents()
      .where('backend_kind', '=', kind)
      .where('backend_network', '=', network)
      .where('backend_id', '=', id)
  const due = (identity: BackendIdentity) => ofBackend(identity).where('next_lookup_at_ms', '>', WAITING)
  const metas = async (keys: readonly string[]) => {
    const known = new Map<string, string>()
    const missing = keys.filter((key) => !memory?.metas.has(key))
    for (const key of keys) {
      const value = memory?.metas.get(key)
      if (value !== undefined) known.set(key, value)
    }
    if (missing.length === 0) return known
    const rows = await db.selectFrom('meta').select(['key', 'value']).where('key', 'in', missing).execute()
    for (const { key, value } of rows) known.set(key, String(value))
    for (const key of missing) memory?.setMeta(key, known.get(key))
    return known
  }

  return {
    ...ledgerQueries(session),
    ...withWritten(memory, accountQueries(db), ['holdingsOn', 'reservedByOthers', 'movesSince']),
    ...payeeQueries(db),
    ...spendQueries(db),
    ...safetyInMemory(session, safetyQueries(db)),
    ...approvalQueries(db),
    ...quoteQueries(db),
    ...holdQueries(db),
    ...withWritten(memory, auditQueries(db), [
      'bookedSums',
      'journalOrphans',
      'usageScopes',
      'usageBuckets',
      'decisionAccounts',
      'decisionsAfter',
    ]),
    intentById: async (id) =>
      intent(await first('intentById', (slot) => intents().where('payment_id', '=', slot('id')), { id })),
    intentByKey: async (account, key) =>
      intent(
        await first(
          'intentByKey',
          (slot) =>
            intents().where('account', '=', slot('account')).where('idempotency_key', '=', slot('key')),
          { account, key },
        ),
      ),
    liveIntentByHash: async (hash) =>
      intent(
        await first(
          'liveIntentByHash',
          (slot) =>
            intents()
              .where('payment_hash', '=', slot('hash'))
              .where('state', 'in', [...LIVE_STATES])
              .limit(1),
          { hash },
        ),
      ),
    intentByHash: async (account, hash) =>
      intent(
        await first(
          'intentByHash',
          (slot) =>
            intents()
              .where('payment_hash', '=', slot('hash'))
              .where('account', '=', slot('account'))
              .orderBy(isLive, 'desc')
              .orderBy('created_at_ms', 'desc')
              .orderBy('payment_id', 'desc')
              .limit(1),
          { account, hash },
        ),
      ),
    async countIntentsByHash(hash) {
      const row = await db
        .selectFrom('intents')
        .select((of) => of.fn.countAll<string | bigint>().as('count'))
        .where('payment_hash', '=', hash)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    async newestMinted({ account, kind = 'minted', destination, amountMsat, repeatOf }, states) {
      let query = intents()
        .where('account', '=', account)
        .where('destination', '=', destination)
        .where('amount_msat', '=', amountMsat)
        .where('kind', '=', MINTING[kind])
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
        await first(
          'openIntentElsewhere',
          (slot) =>
            intents()
              .where('state', 'in', HELD)
              .where('account', '=', slot('account'))
              .where((is) =>
                is.or([
                  is('backend_kind', '!=', slot('kind')),
                  is('backend_network', '!=', slot('network')),
                  is('backend_id', '!=', slot('id')),
                ]),
              )
              .limit(1),
          { account, kind, network, id },
        ),
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
      const row = await first(
        'nextDueMs',
        (slot) =>
          db
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
            .where('backend_kind', '=', slot('kind'))
            .where('backend_network', '=', slot('network'))
            .where('backend_id', '=', slot('id'))
            .where('next_lookup_at_ms', '>', WAITING),
        { kind, network, id },
      )
      const at = row?.['at'] ?? undefined
      return at === undefined ? undefined : Number(at)
    },
    newestSettledBefore: async (identity, dispatchedAtMs) =>
      intent(
        await ofBackend(identity)
          .where('state', '=', 'settled')
          .where('payment_hash', 'is not', null)
          // an invoice with details was settled inside the ledger: no node ever sent it
          .where((is) => is.or([is('kind', 'in', ['keysend', 'offer']), is('details', 'is', null)]))
          .where('dispatched_at_ms', '<', BigInt(Math.trunc(dispatchedAtMs)))
          .orderBy('dispatched_at_ms', 'desc')
          .limit(1)
          .executeTakeFirst(),
      ),
    async attempts(paymentId) {
      await memory?.flush()
      const rows = await db
        .selectFrom('attempts')
        .selectAll()
        .where('payment_id', '=', paymentId)
        .orderBy('attempt', 'asc')
        .execute()
      return rows.map((row) => fromRow<Attempt>(ATTEMPT_COLUMNS, row))
    },
    async decisions(account, limit) {
      await memory?.flush()
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
      return (await metas([key])).get(key)
    },
    getMetas: metas,

    async insertIntent(value) {
      await statements.runInOrder(
        db,
        'insertIntent',
        (slot) =>
          db
            .insertInto('intents')
            .values(Object.fromEntries(columnNames(INTENT_COLUMNS).map((name) => [name, slot(name)]))),
        toValues(INTENT_COLUMNS, value),
      )
    },
    async updateIntent(paymentId, { from, owner, attempt }, change) {
      const { state } = change
      if (state !== undefined && !from.every((before) => TRANSITIONS[before].includes(state)))
        throw new LightningError({
          code: 'internal',
          message: `no intent goes from ${from.join('/')} to ${state}`,
        })
      const row = toRow<Intent>(INTENT_COLUMNS, change)
      const set = Object.keys(row)
      const { numAffectedRows: changed = 0n } = await statements.runInOrder(
        db,
        `updateIntent ${set.join()} from ${from.length} ${owner !== undefined} ${attempt !== undefined}`,
        (slot) => {
          let query = db
            .updateTable('intents')
            .set(Object.fromEntries(set.map((name) => [name, slot(name)])))
            .where('payment_id', '=', slot('id'))
            .where(
              'state',
              'in',
              from.map((_, i) => slot(`from${i}`)),
            )
          if (owner !== undefined) query = query.where('owner', '=', slot('owner'))
          if (attempt !== undefined) query = query.where('attempt', '=', slot('attempt'))
          return query
        },
        [
          ...Object.values(row),
          paymentId,
          ...from,
          ...(owner === undefined ? [] : [owner]),
          ...(attempt === undefined ? [] : [BigInt(attempt)]),
        ],
      )
      if (changed > 1n) throw new LightningError({ code: 'internal', message: 'one payment id, two rows' })
      return changed === 1n
    },
    async putAttempt(value) {
      const row = toWholeRow(ATTEMPT_COLUMNS, value)
      if (memory === undefined) return writeRows(db, statements, 'attempts', [row])
      memory.put('attempts', `${value.paymentId} ${value.attempt}`, row)
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
      const row = toWholeRow(DECISION_COLUMNS, value)
      if (memory === undefined) return writeRows(db, statements, 'decisions', [row])
      memory.add('decisions', row)
    },
    async setMeta(key, value) {
      memory?.setMeta(key, value)
      await db
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    },
  }
}
