import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openPostgresStore } from '../../src/store/postgres-store.ts'
import { openSqliteStore } from '../../src/store/sqlite-store.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'

/** On which database the suite runs; vitest runs it once on each (vitest.config.ts). */
export const STORE = process.env['WALLET_TEST_STORE'] === 'postgres' ? 'postgres' : 'sqlite'

/** What a database says of a second row where only one may be. */
export const NOT_UNIQUE = STORE === 'postgres' ? /duplicate key/ : /UNIQUE/

/**
 * The address of a database that nobody has used: a file in the folder, or a schema of the run's
 * server. It is made with its first use, by whichever process that is.
 */
export function newDatabase(folder: string): string {
  const name = `wallet_${randomBytes(8).toString('hex')}`
  if (STORE === 'sqlite') return join(folder, `${name}.sqlite`)
  return withSchema(serverUrl(), name)
}

/** Opens the database at the address, in this process or any other. */
export function openStore(address: string): WalletStore {
  return counted(
    address.startsWith('postgres:') ? postgresStore(address) : openSqliteStore({ path: address }),
  )
}

/** A store of one test, which nobody else opens. */
export function openFreshStore(): WalletStore {
  if (STORE === 'sqlite') return counted(openSqliteStore({ path: ':memory:' }))
  const address = newDatabase('')
  const store = openStore(address)
  return {
    ...store,
    async close() {
      await store.close()
      await ask(address, `drop schema if exists ${schemaOf(address)} cascade`)
    },
  }
}

/** The server that `start-postgres.ts` started for this run. */
export function serverUrl(): string {
  const url = process.env['WALLET_TEST_POSTGRES']
  if (url === undefined) throw new Error('no PostgreSQL was started for this run')
  return url
}

/** The connection string of one schema of a server's database. */
export function withSchema(url: string, schema: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('options', `-c search_path=${schema}`)
  return parsed.href
}

function postgresStore(address: string): WalletStore {
  const store = openPostgresStore({ connectionString: address })
  let making: Promise<void> | undefined
  const made = () => {
    making ??= makeSchema(address)
    return making
  }
  return {
    open: async () => {
      await made()
      await store.open()
    },
    read: async (work) => {
      await made()
      return store.read(work)
    },
    transaction: async (work) => {
      await made()
      return store.transaction(work)
    },
    snapshot: async (work) => {
      await made()
      return store.snapshot(work)
    },
    close: () => store.close(),
  }
}

async function makeSchema(address: string): Promise<void> {
  try {
    await ask(address, `create schema if not exists ${schemaOf(address)}`)
  } catch (error) {
    // another process makes it at the same moment
    if ((error as { code?: string }).code !== '23505') throw error
  }
}

const schemaOf = (address: string): string =>
  /search_path=(\w+)/.exec(decodeURIComponent(new URL(address).search))?.[1] ?? 'public'

/** One question to the database, past the store. */
export async function ask(address: string, question: string): Promise<readonly Record<string, unknown>[]> {
  if (!address.startsWith('postgres:')) {
    const database = new DatabaseSync(address)
    try {
      return database.prepare(question).all()
    } finally {
      database.close()
    }
  }
  const { Client } = await import('pg')
  const client = new Client({ connectionString: address })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(question)).rows
  } finally {
    await client.end()
  }
}

let underWay = 0

/** Whether a store of this process has something to do: PostgreSQL answers in its own time. */
export const storesAreBusy = (): boolean => underWay > 0

export function counted(store: WalletStore): WalletStore {
  const during = async <T>(work: Promise<T>): Promise<T> => {
    underWay++
    try {
      return await work
    } finally {
      underWay--
    }
  }
  return {
    open: () => during(store.open()),
    read: (work) => during(store.read(work)),
    transaction: (work) => during(store.transaction(work)),
    snapshot: (work) => during(store.snapshot(work)),
    close: () => store.close(),
  }
}
