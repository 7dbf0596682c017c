import type { Account, AccountTransfer, OwnInvoice } from '../accounts/account.ts'
import type { Attempt, Decision, Intent } from '../intents/intent.ts'
import type { AccountBalance, JournalEntry } from '../ledger/journal.ts'

export type ColumnType = 'text' | 'msat' | 'number' | 'flag' | 'json'
export type Columns<T> = Readonly<Record<keyof T & string, ColumnType>>

/** Every field of an intent and how a database keeps it: the one list from which rows are read and written. */
export const INTENT_COLUMNS: Columns<Intent> = {
  paymentId: 'text',
  account: 'text',
  backendKind: 'text',
  backendNetwork: 'text',
  backendId: 'text',
  kind: 'text',
  state: 'text',
  outcome: 'text',
  attempt: 'number',
  destination: 'text',
  payee: 'text',
  paymentHash: 'text',
  invoice: 'text',
  invoiceHasAmount: 'flag',
  invoiceExpiresAtMs: 'number',
  amountMsat: 'msat',
  maxFeeMsat: 'msat',
  amountGivenMsat: 'msat',
  maxFeeGivenMsat: 'msat',
  bookedMsat: 'msat',
  feeMsat: 'msat',
  feeProvisional: 'flag',
  preimage: 'text',
  failureReason: 'text',
  failureDetail: 'text',
  retry: 'text',
  backendPaymentId: 'text',
  idempotencyKey: 'text',
  repeatOf: 'text',
  comment: 'text',
  memo: 'text',
  description: 'text',
  successMessage: 'text',
  warnings: 'json',
  createdAtMs: 'number',
  updatedAtMs: 'number',
  dispatchedAtMs: 'number',
  closedAtMs: 'number',
  settledAtMs: 'number',
  owner: 'text',
  leaseUntilMs: 'number',
  nextLookupAtMs: 'number',
  lookups: 'number',
  absentSinceMs: 'number',
  capitalMsat: 'msat',
  chargedAtMs: 'number',
  limitScopes: 'json',
  budget: 'text',
  approvalId: 'text',
  approvalExpiresAtMs: 'number',
  quoteId: 'text',
  details: 'json',
  sendOptions: 'json',
}

export const ATTEMPT_COLUMNS: Columns<Attempt> = {
  paymentId: 'text',
  attempt: 'number',
  paymentHash: 'text',
  amountMsat: 'msat',
  maxFeeMsat: 'msat',
  state: 'text',
  startedAtMs: 'number',
  endedAtMs: 'number',
  failureReason: 'text',
}

export const DECISION_COLUMNS: Columns<Decision> = {
  account: 'text',
  paymentId: 'text',
  atMs: 'number',
  verdict: 'text',
  code: 'text',
  destination: 'text',
  amountMsat: 'msat',
  maxFeeMsat: 'msat',
  rules: 'json',
}

export const JOURNAL_COLUMNS: Columns<JournalEntry> = {
  seq: 'number',
  atMs: 'number',
  account: 'text',
  event: 'text',
  paymentId: 'text',
  attempt: 'number',
  fundsMsat: 'msat',
  reservedMsat: 'msat',
  paidMsat: 'msat',
  feesMsat: 'msat',
  capitalMsat: 'msat',
  outsideMsat: 'msat',
  limitScopes: 'json',
  chargedAtMs: 'number',
  chargedMsat: 'msat',
  chargedCount: 'number',
  note: 'text',
  digest: 'text',
}

export const BALANCE_COLUMNS: Columns<AccountBalance> = {
  account: 'text',
  fundsMsat: 'msat',
  reservedMsat: 'msat',
  paidMsat: 'msat',
  feesMsat: 'msat',
  capitalMsat: 'msat',
  outsideMsat: 'msat',
}

export const ACCOUNT_COLUMNS: Columns<Account> = {
  name: 'text',
  kind: 'text',
  backendKind: 'text',
  backendNetwork: 'text',
  backendId: 'text',
  createdAtMs: 'number',
  closedAtMs: 'number',
}

export const INVOICE_COLUMNS: Columns<OwnInvoice> = {
  paymentHash: 'text',
  account: 'text',
  backendKind: 'text',
  backendNetwork: 'text',
  backendId: 'text',
  state: 'text',
  invoice: 'text',
  payee: 'text',
  amountMsat: 'msat',
  description: 'text',
  descriptionHash: 'text',
  sealedPreimage: 'text',
  receivedMsat: 'msat',
  settledInside: 'flag',
  createdAtMs: 'number',
  expiresAtMs: 'number',
  settledAtMs: 'number',
  nextLookAtMs: 'number',
  looks: 'number',
}

export const TRANSFER_COLUMNS: Columns<AccountTransfer> = {
  nonce: 'text',
  account: 'text',
  amountMsat: 'msat',
  atMs: 'number',
  note: 'text',
  signature: 'text',
}

export type SqlValue = string | bigint | null
export type Row = Record<string, SqlValue>

const names = new Map<string, string>()

/** `amountMsat` → `amount_msat`. */
export function columnName(field: string): string {
  let name = names.get(field)
  if (name === undefined) {
    name = field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
    names.set(field, name)
  }
  return name
}

const toSql: Readonly<Record<ColumnType, (value: never) => SqlValue>> = {
  // PostgreSQL knows no text with this character, and nobody means it
  text: (value: string) => (value.includes('\0') ? value.replaceAll('\0', '') : value),
  msat: (value: bigint) => value,
  number: (value: number) => BigInt(Math.trunc(value)),
  flag: (value: boolean) => (value ? 1n : 0n),
  json: (value: unknown) => JSON.stringify(withoutBigints(value)),
}

/** Quicker than a replacer, of which most values have no need. */
function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return { $msat: value.toString() }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutBigints)
  const plain: Record<string, unknown> = {}
  for (const [name, of] of Object.entries(value)) plain[name] = withoutBigints(of)
  return plain
}

// Some drivers answer 64-bit integers as text, hence BigInt() and Number() on everything.
const fromSql: Readonly<Record<ColumnType, (value: string | bigint) => unknown>> = {
  text: (value) => value,
  msat: (value) => BigInt(value),
  number: (value) => Number(value),
  flag: (value) => BigInt(value) !== 0n,
  json: (value) =>
    value === '[]'
      ? []
      : JSON.parse(String(value), (_, v) => (typeof v?.$msat === 'string' ? BigInt(v.$msat) : v)),
}

interface Field {
  field: string
  column: string
  type: ColumnType
}

const fieldsOf = new WeakMap<object, readonly Field[]>()

/** The columns in their order, worked out once. */
function fields(columns: object): readonly Field[] {
  let known = fieldsOf.get(columns)
  if (known === undefined) {
    known = Object.entries<ColumnType>(columns as Record<string, ColumnType>).map(([field, type]) => ({
      field,
      column: columnName(field),
      type,
    }))
    fieldsOf.set(columns, known)
  }
  return known
}

/** Only the fields that `value` has; `undefined` becomes NULL. */
export function toRow<T extends object>(columns: Columns<T>, value: Partial<Record<keyof T, unknown>>): Row {
  const row: Row = {}
  for (const { field, column, type } of fields(columns)) {
    if (!(field in value)) continue
    const given = value[field as keyof T]
    row[column] = given === undefined ? null : toSql[type](given as never)
  }
  return row
}

/** Every column; what `value` has not is NULL. */
export function toWholeRow<T extends object>(columns: Columns<T>, value: T): Row {
  const row: Row = {}
  for (const { field, column, type } of fields(columns)) {
    const given = value[field as keyof T]
    row[column] = given === undefined ? null : toSql[type](given as never)
  }
  return row
}

/** The values of a whole row, in the order of the columns. */
export function toValues<T extends object>(columns: Columns<T>, value: T): SqlValue[] {
  return fields(columns).map(({ field, type }) => {
    const given = value[field as keyof T]
    return given === undefined ? null : toSql[type](given as never)
  })
}

/** The names of all columns, in their order. */
export const columnNames = (columns: object): readonly string[] => fields(columns).map(({ column }) => column)

/** NULL becomes an absent field. */
export function fromRow<T extends object>(columns: Columns<T>, row: Record<string, unknown>): T {
  const value: Record<string, unknown> = {}
  for (const { field, column, type } of fields(columns)) {
    const stored = row[column]
    if (stored !== null && stored !== undefined) value[field] = fromSql[type](stored as string | bigint)
  }
  return value as T
}
