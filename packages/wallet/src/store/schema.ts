import type { Row, SqlValue } from './columns.ts'

/** The tables as Kysely sees them. Columns are those of `columns.ts`. */
export interface Database {
  intents: Row
  attempts: Row
  decisions: Row
  journal: Row
  balances: Row
  usage: Row
  approvals: Row
  accounts: Row
  own_invoices: Row
  account_transfers: Row
  breakers: Row
  leases: Row
  quotes: Row
  hold_invoices: Row
  meta: { key: string; value: SqlValue }
}
