import type { Row, SqlValue } from './columns.ts'

/** Tables whose rows are written with the commit, and in this order. */
export const BUFFERED = ['decisions', 'attempts', 'journal', 'balances', 'usage'] as const
export type Buffered = (typeof BUFFERED)[number]

interface JournalTail {
  seq: number
  digest: string
}

/**
 * What the transactions of one commit have in common: they run one after another and nobody else
 * writes meanwhile, so what one has read or written is true for the next. Rows that no later
 * statement depends on are kept here and written together. What a failed transaction did is undone
 * here as the database undoes its savepoint.
 */
export class GroupMemory {
  /** The newest journal row; `null`: there is none. */
  #tail: JournalTail | null | undefined
  #breakers: boolean | undefined
  readonly #metas = new Map<string, string | undefined>()
  #sums = new Map<string, unknown>()
  #pending = empty()
  #undo: (() => void)[] = []
  #added = 0
  readonly #write: (table: Buffered, rows: readonly Row[]) => Promise<void>

  /** `write` puts rows into the database. */
  constructor(write: (table: Buffered, rows: readonly Row[]) => Promise<void>) {
    this.#write = write
  }

  /** The transaction stands: nothing of it is undone any more. */
  keep(): void {
    this.#undo = []
  }

  /** The transaction failed: its savepoint was rolled back, and so is this. */
  takeBack(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }

  /** Writes what is pending: before a commit, and before a question about one of the tables. */
  async flush(): Promise<void> {
    const pending = this.#pending
    if (BUFFERED.every((table) => pending[table].size === 0)) return
    this.#pending = empty()
    this.#sums = new Map()
    this.#undo.push(() => {
      this.#pending = pending
      this.#sums = new Map()
    })
    for (const table of BUFFERED)
      if (pending[table].size > 0) await this.#write(table, [...pending[table].values()])
  }

  /** A row to be written; `merge` says what becomes of an earlier one of that key. */
  put(table: Buffered, key: string, row: Row, merge: (before: Row) => Row = () => row): void {
    const rows = this.#pending[table]
    const before = rows.get(key)
    rows.set(key, before === undefined ? row : merge(before))
    this.#undo.push(() => (before === undefined ? rows.delete(key) : rows.set(key, before)))
  }

  /** A row that no later one changes. */
  add(table: Buffered, row: Row): void {
    this.put(table, `${this.#added++}`, row)
  }

  pending(table: Buffered): Iterable<Row> {
    return this.#pending[table].values()
  }

  pendingOf(table: Buffered, key: string): Row | undefined {
    return this.#pending[table].get(key)
  }

  get tail(): JournalTail | null | undefined {
    return this.#tail
  }

  set tail(tail: JournalTail | null | undefined) {
    const before = this.#tail
    this.#tail = tail
    this.#undo.push(() => {
      this.#tail = before
    })
  }

  /** What is known of an entry of the meta table; `has` tells whether anything is. */
  get metas(): ReadonlyMap<string, string | undefined> {
    return this.#metas
  }

  setMeta(key: string, value: string | undefined): void {
    const known = this.#metas.has(key)
    const before = this.#metas.get(key)
    this.#metas.set(key, value)
    this.#undo.push(() => {
      if (known) this.#metas.set(key, before)
      else this.#metas.delete(key)
    })
  }

  /** Whether any breaker is on record. */
  get breakers(): boolean | undefined {
    return this.#breakers
  }

  set breakers(some: boolean | undefined) {
    const before = this.#breakers
    this.#breakers = some
    this.#undo.push(() => {
      this.#breakers = before
    })
  }

  /** Sums over the written rows of a table, until further ones are written. */
  async sumsOf<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#sums.get(name)
    if (known !== undefined) return known as T
    const sums = await ask()
    this.#sums.set(name, sums)
    return sums
  }
}

const empty = (): Record<Buffered, Map<string, Row>> => ({
  decisions: new Map(),
  attempts: new Map(),
  journal: new Map(),
  balances: new Map(),
  usage: new Map(),
})

/** Adds the amounts of the named columns of two rows. */
export const addColumns =
  (columns: readonly string[], row: Row) =>
  (before: Row): Row => {
    const sum: Row = { ...before }
    for (const column of columns) sum[column] = number(before[column]) + number(row[column])
    return sum
  }

const number = (value: SqlValue | undefined): bigint => (typeof value === 'bigint' ? value : 0n)
