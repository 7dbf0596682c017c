import type { Kysely } from 'kysely'
import type { Breaker } from '../safety/breaker-state.ts'
import { type Columns, fromRow, toRow } from './columns.ts'
import type { Database } from './schema.ts'

/** What the store is asked about breakers. */
export interface SafetyReader {
  breakers(scopes: readonly string[]): Promise<readonly Breaker[]>
  /** Those that are open first. */
  allBreakers(): Promise<readonly Breaker[]>
}

export interface SafetyWriter {
  /** Keeps it, and forgets those of which nothing was heard for days. */
  putBreaker(breaker: Breaker): Promise<void>
  deleteBreakers(scopes: readonly string[]): Promise<void>
  /** Takes or keeps a lease by which one process does what all could do. False where another holds it. */
  takeLease(lease: { name: string; owner: string; nowMs: number; untilMs: number }): Promise<boolean>
  releaseLease(lease: { name: string; owner: string }): Promise<void>
}

const BREAKER_COLUMNS: Columns<Breaker> = {
  scope: 'text',
  failuresMs: 'json',
  level: 'number',
  openedAtMs: 'number',
  openUntilMs: 'number',
  trialId: 'text',
  trialUntilMs: 'number',
  updatedAtMs: 'number',
}

const FORGET_AFTER_MS = 3 * 86_400_000
const TIME = 'bigint' as const

export async function createSafetyTables(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('breakers')
    .addColumn('scope', 'text', (c) => c.primaryKey())
    .addColumn('failures_ms', 'text', (c) => c.notNull())
    .addColumn('level', 'integer', (c) => c.notNull())
    .addColumn('opened_at_ms', TIME, (c) => c.notNull())
    .addColumn('open_until_ms', TIME, (c) => c.notNull())
    .addColumn('trial_id', 'text')
    .addColumn('trial_until_ms', TIME, (c) => c.notNull())
    .addColumn('updated_at_ms', TIME, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('breakers_by_age').on('breakers').columns(['updated_at_ms']).execute()
  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('taken_at_ms', TIME, (c) => c.notNull())
    .addColumn('until_ms', TIME, (c) => c.notNull())
    .execute()
}

export function safetyQueries(db: Kysely<Database>): SafetyReader & SafetyWriter {
  return {
    async breakers(scopes) {
      const rows = await db
        .selectFrom('breakers')
        .selectAll()
        .where('scope', 'in', [...scopes])
        .execute()
      return rows.map((row) => fromRow<Breaker>(BREAKER_COLUMNS, row))
    },
    async allBreakers() {
      const rows = await db
        .selectFrom('breakers')
        .selectAll()
        .orderBy('level', 'desc')
        .orderBy('scope', 'asc')
        .execute()
      return rows.map((row) => fromRow<Breaker>(BREAKER_COLUMNS, row))
    },

    async putBreaker(breaker) {
      const row = toRow<Breaker>(BREAKER_COLUMNS, { trialId: undefined, ...breaker })
      await db
        .insertInto('breakers')
        .values(row)
        .onConflict((conflict) => conflict.column('scope').doUpdateSet(row))
        .execute()
      await db
        .deleteFrom('breakers')
        .where('updated_at_ms', '<', BigInt(Math.trunc(breaker.updatedAtMs - FORGET_AFTER_MS)))
        .execute()
    },
    async deleteBreakers(scopes) {
      if (scopes.length === 0) return
      await db
        .deleteFrom('breakers')
        .where('scope', 'in', [...scopes])
        .execute()
    },

    async takeLease({ name, owner, nowMs, untilMs }) {
      const now = BigInt(Math.trunc(nowMs))
      const row = { name, owner, taken_at_ms: now, until_ms: BigInt(Math.trunc(untilMs)) }
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('leases')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet(row)
            .where((is) =>
              is.or([
                is('leases.owner', '=', owner),
                is('leases.until_ms', '<=', now),
                // taken in a future that a clock put back has undone
                is('leases.taken_at_ms', '>', now),
              ]),
            ),
        )
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    async releaseLease({ name, owner }) {
      await db.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
    },
  }
}
