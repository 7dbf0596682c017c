import { type BackendIdentity, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import { type Kysely, sql } from 'kysely'
import { type Intent, LIVE_STATES, OPEN_STATES } from '../intents/intent.ts'
import { fromRow, INTENT_COLUMNS } from './columns.ts'
import type { Database } from './schema.ts'

/** What the store is asked about spending that is not an invoice. */
export interface SpendReader {
  /** Of the account and alike: all that are open, and of the others so many, each newest first. Invoices and minted ones are none of them. */
  spendsTo(
    account: string,
    alike: Pick<Intent, 'kind' | 'destination' | 'amountMsat'>,
    limit: number,
  ): Promise<readonly Intent[]>
  /** Whoever's, of this backend, that hold a reservation. */
  heldSpends(identity: BackendIdentity): Promise<readonly Intent[]>
  /** Whoever's, of this backend, that close or resize a channel, newest first. */
  channelOrders(identity: BackendIdentity, limit: number): Promise<readonly Intent[]>
  /** Whoever's, of this backend: payments of the offer and amount that are under way under no known hash. */
  openOffers(
    identity: BackendIdentity,
    alike: Pick<Intent, 'destination' | 'amountMsat'>,
  ): Promise<readonly Intent[]>
  /** The one that the backend knows by that id (a transaction, for what is on the chain). */
  intentByBackendPaymentId(identity: BackendIdentity, id: string): Promise<Intent | undefined>
  /** Own money that went into channels, or may have, since the moment, with the scopes at which it counts. */
  capitalSince(sinceMs: number): Promise<readonly { capitalMsat: Msat; limitScopes: readonly string[] }[]>
}

const SPEND_KINDS = ['keysend', 'onchain', 'channel-open', 'channel-close', 'splice-in', 'splice-out'].map(
  (kind) => sql.lit(kind),
)
// written out and not as parameters: only so does SQLite see that a partial index fits
const HELD = [sql.lit('reserved'), sql.lit('dispatched')]
const LIVE = LIVE_STATES.map((state) => sql.lit(state))
const OPEN = OPEN_STATES.map((state) => sql.lit(state))

/** So that a transaction is found among a million payments by invoice. */
export async function createSpendIndexes(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createIndex('spends_by_backend_id')
    .on('intents')
    .columns(['backend_payment_id'])
    .where(sql.ref('kind'), 'in', SPEND_KINDS)
    .execute()
  await db.schema
    .createIndex('spends_by_destination')
    .on('intents')
    .columns(['destination', 'amount_msat', 'created_at_ms'])
    .where(sql.ref('kind'), 'in', SPEND_KINDS)
    .execute()
  await db.schema
    .createIndex('open_spends_by_destination')
    .on('intents')
    .columns(['destination', 'amount_msat', 'created_at_ms'])
    .where(sql.ref('kind'), 'in', SPEND_KINDS)
    .where(sql.ref('state'), 'in', OPEN)
    .execute()
}

/** So that what went into channels lately is found whatever else there is. */
export async function createCapitalIndex(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createIndex('capital_by_time')
    .on('intents')
    .columns(['charged_at_ms'])
    .where(sql.ref('capital_msat'), 'is not', null)
    .execute()
}

export function spendQueries(db: Kysely<Database>): SpendReader {
  const spends = () => db.selectFrom('intents').selectAll().where('kind', 'in', SPEND_KINDS)
  const ofBackend = ({ kind, network, id }: BackendIdentity) =>
    spends()
      .where('backend_kind', '=', kind)
      .where('backend_network', '=', network)
      .where('backend_id', '=', id)
  const read = (row: Record<string, unknown>): Intent => fromRow<Intent>(INTENT_COLUMNS, row)
  return {
    async spendsTo(account, { kind, destination, amountMsat }, limit) {
      const spent = spends()
        .where('account', '=', account)
        .where('destination', '=', destination)
        .where('kind', '=', kind)
        .where('amount_msat', '=', amountMsat)
        .orderBy('created_at_ms', 'desc')
        .orderBy('payment_id', 'desc')
      // one that waits for its outcome may be older than any number of others
      const open = await spent.where('state', 'in', OPEN).execute()
      const ended = await spent.where('state', 'not in', OPEN).limit(limit).execute()
      return [...open, ...ended].map(read)
    },
    async heldSpends(identity) {
      const rows = await ofBackend(identity).where('state', 'in', HELD).execute()
      return rows.map(read)
    },
    async channelOrders(identity, limit) {
      const rows = await ofBackend(identity)
        .where('kind', 'in', ['channel-close', 'splice-in', 'splice-out'])
        .orderBy('created_at_ms', 'desc')
        .orderBy('payment_id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(read)
    },
    async openOffers({ kind, network, id }, { destination, amountMsat }) {
      const rows = await db
        .selectFrom('intents')
        .selectAll()
        .where('state', 'in', HELD)
        .where('kind', '=', 'offer')
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('destination', '=', destination)
        .where('amount_msat', '=', amountMsat)
        .where('payment_hash', 'is', null)
        .execute()
      return rows.map(read)
    },
    async intentByBackendPaymentId(identity, id) {
      const row = await ofBackend(identity).where('backend_payment_id', '=', id).limit(1).executeTakeFirst()
      return row === undefined ? undefined : read(row)
    },
    async capitalSince(sinceMs) {
      const rows = await db
        .selectFrom('intents')
        .selectAll()
        .where('capital_msat', 'is not', null)
        .where('charged_at_ms', '>=', BigInt(sinceMs))
        .where('state', 'in', LIVE)
        .execute()
      return rows
        .map(read)
        .map(({ capitalMsat = ZERO_MSAT, limitScopes = [] }) => ({ capitalMsat, limitScopes }))
    },
  }
}
