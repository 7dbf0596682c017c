import type { BackendIdentity, PaymentHash } from '@lightning-mcp/core'
import { type Kysely, sql } from 'kysely'
import type { Account, AccountHolding, AccountTransfer, OwnInvoice } from '../accounts/account.ts'
import type { Intent } from '../intents/intent.ts'
import { SENT_STATES } from './account-tables.ts'
import {
  ACCOUNT_COLUMNS,
  fromRow,
  INTENT_COLUMNS,
  INVOICE_COLUMNS,
  TRANSFER_COLUMNS,
  toRow,
} from './columns.ts'
import type { Database } from './schema.ts'

/** What the journal says of a backend's money since one of its rows. */
export interface MovesSince {
  /** Gone out, of all accounts: amounts, fees and capital. */
  spentMsat: bigint
  /** By how much tracked balances rose by what arrived or was let go; what the owner gave is no part of it. */
  rosenMsat: bigint
}

/** One page of an account's own history. */
export interface OwnPageQuery {
  account: string
  /** Only older ones: before this moment, or at it and before this id. */
  before?: { createdAtMs: number; id: string }
  fromMs?: number
  toMs?: number
  limit: number
}

/** What the store is asked about accounts and their invoices. */
export interface AccountReader {
  account(name: string): Promise<Account | undefined>
  accounts(): Promise<readonly Account[]>
  /** All that were made on the backend, with what they hold. Accounts that were never made are not among them. */
  holdingsOn(identity: BackendIdentity): Promise<readonly AccountHolding[]>
  /** Reserved by accounts that are not tracked, wherever they are. */
  reservedByOthers(): Promise<bigint>
  movesSince(seq: number): Promise<MovesSince>
  ownInvoice(identity: BackendIdentity, paymentHash: PaymentHash): Promise<OwnInvoice | undefined>
  ownInvoicesByHashes(identity: BackendIdentity, hashes: readonly string[]): Promise<readonly OwnInvoice[]>
  ownInvoicePage(query: OwnPageQuery): Promise<readonly OwnInvoice[]>
  /** Whether the account has so many invoices that nobody paid yet and that are still looked at. */
  hasOpenInvoices(identity: BackendIdentity, account: string, count: number): Promise<boolean>
  /** Those that hold, moved or failed to move money. */
  sentPage(query: OwnPageQuery): Promise<readonly Intent[]>
  /** Invoices of the backend that wait to be looked at. */
  dueInvoices(identity: BackendIdentity, nowMs: number, limit: number): Promise<readonly OwnInvoice[]>
  nextInvoiceDueMs(identity: BackendIdentity): Promise<number | undefined>
  /** Which of the hashes belong to other accounts. */
  hashesOfOthers(account: string, hashes: readonly string[]): Promise<ReadonlySet<string>>
  transfer(nonce: string): Promise<AccountTransfer | undefined>
  transfersAfter(nonce: string, limit: number): Promise<readonly AccountTransfer[]>
}

/** Called by `accounts/` alone. */
export interface AccountWriter {
  insertAccount(account: Account): Promise<void>
  setAccountClosed(name: string, closedAtMs: number): Promise<void>
  insertOwnInvoice(invoice: OwnInvoice): Promise<void>
  /** Changes one that is not settled. False, and nothing changed, where it is. */
  updateOwnInvoice(
    identity: BackendIdentity,
    paymentHash: PaymentHash,
    change: Partial<OwnInvoice>,
  ): Promise<boolean>
  insertTransfer(transfer: AccountTransfer): Promise<void>
}

const WAITING = sql.lit(0n)

// Written out and not as parameters: only so does SQLite see that the partial index fits.
const SENT = SENT_STATES.map((state) => sql.lit(state))

export function accountQueries(db: Kysely<Database>): AccountReader & AccountWriter {
  const ofBackend = (identity: BackendIdentity) =>
    db
      .selectFrom('own_invoices')
      .selectAll()
      .where('backend_kind', '=', identity.kind)
      .where('backend_network', '=', identity.network)
      .where('backend_id', '=', identity.id)
  const invoiceOf = (row: Record<string, unknown>): OwnInvoice => fromRow<OwnInvoice>(INVOICE_COLUMNS, row)
  const page = (table: 'intents' | 'own_invoices', id: string, query: OwnPageQuery) => {
    const { account, before, fromMs, toMs, limit } = query
    let rows = db.selectFrom(table).selectAll().where('account', '=', account)
    if (fromMs !== undefined) rows = rows.where('created_at_ms', '>=', BigInt(fromMs))
    if (toMs !== undefined) rows = rows.where('created_at_ms', '<', BigInt(toMs))
    if (before !== undefined) {
      const atMs = BigInt(before.createdAtMs)
      rows = rows
        .where('created_at_ms', '<=', atMs)
        .where((is) => is.or([is('created_at_ms', '<', atMs), is(id, '<', before.id)]))
    }
    return rows.orderBy('created_at_ms', 'desc').orderBy(id, 'desc').limit(limit)
  }
  return {
    async account(name) {
      const row = await db.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst()
      return row === undefined ? undefined : fromRow<Account>(ACCOUNT_COLUMNS, row)
    },
    async accounts() {
      const rows = await db.selectFrom('accounts').selectAll().orderBy('name', 'asc').execute()
      return rows.map((row) => fromRow<Account>(ACCOUNT_COLUMNS, row))
    },
    async holdingsOn({ kind, network, id }) {
      const rows = await db
        .selectFrom('accounts')
        .leftJoin('balances', 'balances.account', 'accounts.name')
        .select([
          'accounts.name as name',
          'accounts.kind as kind',
          'accounts.closed_at_ms as closed_at_ms',
          'balances.funds_msat as funds_msat',
          'balances.reserved_msat as reserved_msat',
        ])
        .where('accounts.backend_kind', '=', kind)
        .where('accounts.backend_network', '=', network)
        .where('accounts.backend_id', '=', id)
        .orderBy('accounts.name', 'asc')
        .execute()
      return rows.map((row) => ({
        name: String(row['name']),
        kind: row['kind'] === 'tracked' ? ('tracked' as const) : ('own' as const),
        closed: row['closed_at_ms'] !== null,
        fundsMsat: BigInt(row['funds_msat'] ?? 0n),
        reservedMsat: BigInt(row['reserved_msat'] ?? 0n),
      }))
    },
    async reservedByOthers() {
      const row = await db
        .selectFrom('balances')
        .leftJoin('accounts', 'accounts.name', 'balances.account')
        .select((of) => of.fn.sum<string | bigint | null>('balances.reserved_msat').as('sum'))
        .where((is) => is.or([is('accounts.kind', 'is', null), is('accounts.kind', '=', 'own')]))
        .executeTakeFirst()
      return BigInt(row?.sum ?? 0n)
    },
    async movesSince(seq) {
      const row = await db
        .selectFrom('journal')
        .leftJoin('accounts', 'accounts.name', 'journal.account')
        .select([
          sql<string | bigint | null>`sum(paid_msat + fees_msat + capital_msat)`.as('spent'),
          sql<string | bigint | null>`sum(case when accounts.kind = 'tracked' and funds_msat > 0
            and event <> 'credited' then funds_msat else 0 end)`.as('rosen'),
        ])
        .where('seq', '>', BigInt(seq))
        .executeTakeFirst()
      return { spentMsat: BigInt(row?.spent ?? 0n), rosenMsat: BigInt(row?.rosen ?? 0n) }
    },
    async ownInvoice(identity, paymentHash) {
      const row = await ofBackend(identity).where('payment_hash', '=', paymentHash).executeTakeFirst()
      return row === undefined ? undefined : invoiceOf(row)
    },
    async ownInvoicesByHashes(identity, hashes) {
      if (hashes.length === 0) return []
      const rows = await ofBackend(identity)
        .where('payment_hash', 'in', [...hashes])
        .execute()
      return rows.map(invoiceOf)
    },
    async ownInvoicePage(query) {
      return (await page('own_invoices', 'payment_hash', query).execute()).map(invoiceOf)
    },
    async hasOpenInvoices({ kind, network, id }, account, count) {
      const last = await db
        .selectFrom('own_invoices')
        .select('payment_hash')
        .where('next_look_at_ms', '>', WAITING)
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('account', '=', account)
        .where('state', '=', 'open')
        .limit(1)
        .offset(count - 1)
        .executeTakeFirst()
      return last !== undefined
    },
    async sentPage(query) {
      const rows = await page('intents', 'payment_id', query).where('state', 'in', SENT).execute()
      return rows.map((row) => fromRow<Intent>(INTENT_COLUMNS, row))
    },
    async dueInvoices(identity, nowMs, limit) {
      const rows = await ofBackend(identity)
        .where('next_look_at_ms', '>', WAITING)
        .where('next_look_at_ms', '<=', BigInt(Math.trunc(nowMs)))
        .orderBy('next_look_at_ms', 'asc')
        .limit(limit)
        .execute()
      return rows.map(invoiceOf)
    },
    async nextInvoiceDueMs({ kind, network, id }) {
      const row = await db
        .selectFrom('own_invoices')
        .select((of) => of.fn.min<string | bigint | null>('next_look_at_ms').as('at'))
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('next_look_at_ms', '>', WAITING)
        .executeTakeFirst()
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
    },
    async hashesOfOthers(account, hashes) {
      if (hashes.length === 0) return new Set()
      const found = await Promise.all(
        (['own_invoices', 'intents'] as const).map((table) =>
          db
            .selectFrom(table)
            .select(['payment_hash', 'account'])
            .where('payment_hash', 'in', [...hashes])
            .execute(),
        ),
      )
      const rows = found.flat().map((row) => ({ hash: String(row.payment_hash), by: String(row.account) }))
      const own = new Set(rows.filter(({ by }) => by === account).map(({ hash }) => hash))
      return new Set(rows.map(({ hash }) => hash).filter((hash) => !own.has(hash)))
    },
    async transfer(nonce) {
      const row = await db
        .selectFrom('account_transfers')
        .selectAll()
        .where('nonce', '=', nonce)
        .executeTakeFirst()
      return row === undefined ? undefined : fromRow<AccountTransfer>(TRANSFER_COLUMNS, row)
    },
    async transfersAfter(nonce, limit) {
      const rows = await db
        .selectFrom('account_transfers')
        .selectAll()
        .where('nonce', '>', nonce)
        .orderBy('nonce', 'asc')
        .limit(limit)
        .execute()
      return rows.map((row) => fromRow<AccountTransfer>(TRANSFER_COLUMNS, row))
    },

    async insertAccount(account) {
      await db.insertInto('accounts').values(toRow(ACCOUNT_COLUMNS, account)).execute()
    },
    async setAccountClosed(name, closedAtMs) {
      await db
        .updateTable('accounts')
        .set({ closed_at_ms: BigInt(Math.trunc(closedAtMs)) })
        .where('name', '=', name)
        .execute()
    },
    async insertOwnInvoice(invoice) {
      await db.insertInto('own_invoices').values(toRow(INVOICE_COLUMNS, invoice)).execute()
    },
    async updateOwnInvoice({ kind, network, id }, paymentHash, change) {
      const { numUpdatedRows } = await db
        .updateTable('own_invoices')
        .set(toRow<OwnInvoice>(INVOICE_COLUMNS, change))
        .where('backend_kind', '=', kind)
        .where('backend_network', '=', network)
        .where('backend_id', '=', id)
        .where('payment_hash', '=', paymentHash)
        .where('state', '!=', 'settled')
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    async insertTransfer(transfer) {
      await db.insertInto('account_transfers').values(toRow(TRANSFER_COLUMNS, transfer)).execute()
    },
  }
}
