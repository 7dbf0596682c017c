import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { LightningError } from '@lightning-mcp/core'
import { fromRecordJson, toRecordJson } from './record-json.ts'
import { type RecordStore, recordKey, type StoredRecord } from './record-store.ts'

/** A network's file: its seed and its records. */
export interface StateFile extends RecordStore {
  /** The seed that was written first: this one if the file is new. */
  readonly seed: string
}

const FORMAT = '1'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (type, key)
  );
`

/**
 * Opens or makes the file and keeps it for this process alone, until it ends in whatever way. One
 * row per record, so that a payment costs one small transaction however long the history is.
 */
export function openStateFile(path: string, newSeed: string): StateFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // the seed is in it: nobody else may read it
  closeSync(openSync(path, 'a', 0o600))
  // loaded here: a network in memory does not need it
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  const database = new Database(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
  } catch (error) {
    database.close()
    throw openingError(error)
  }
  try {
    return stateFile(database, newSeed)
  } catch (error) {
    database.close()
    throw error
  }
}

function stateFile(database: DatabaseSync, newSeed: string): StateFile {
  database.prepare("INSERT INTO meta VALUES ('format', ?) ON CONFLICT DO NOTHING").run(FORMAT)
  database.prepare("INSERT INTO meta VALUES ('seed', ?) ON CONFLICT DO NOTHING").run(newSeed)
  const meta = (name: string): string =>
    String(database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value'])
  if (meta('format') !== FORMAT)
    throw new LightningError({
      code: 'invalid_request',
      message: 'the simulated network’s file was written by another version',
      hint: 'Use that version, or start a new network in another file.',
    })
  const upsert = database.prepare(
    'INSERT INTO records (type, key, json) VALUES (?, ?, ?) ON CONFLICT (type, key) DO UPDATE SET json = excluded.json',
  )
  const all = database.prepare('SELECT type, json FROM records ORDER BY id')
  return {
    seed: meta('seed'),
    *read() {
      for (const row of all.iterate())
        yield { type: row['type'], value: fromRecordJson(String(row['json'])) } as StoredRecord
    },
    write(records) {
      database.exec('BEGIN IMMEDIATE')
      try {
        for (const record of records) upsert.run(record.type, recordKey(record), toRecordJson(record.value))
        database.exec('COMMIT')
      } catch (error) {
        rollBack(database)
        throw error
      }
    },
    close: () => database.close(),
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite has done it already (Node 22.13 cannot be asked)
  }
}

function openingError(error: unknown): LightningError {
  const busy = error instanceof Error && /locked|busy/i.test(error.message)
  return busy
    ? new LightningError({
        code: 'unavailable',
        message: 'another process has this simulated network open',
        hint: 'Reach it through its socket, or end the other process.',
        cause: error,
      })
    : new LightningError({
        code: 'invalid_request',
        message: 'the simulated network’s file cannot be opened: it is damaged or no such file',
        hint: 'Give another file, or remove this one to start a new network.',
        cause: error,
      })
}
