import type { Kysely } from 'kysely'
import type { GroupMemory } from './group-memory.ts'
import type { Database } from './schema.ts'
import type { Statements } from './statements.ts'

/** What the store's questions and changes work on. */
export interface Session {
  /** A transaction, or the database itself for questions outside of one. */
  db: Kysely<Database>
  statements: Statements
  /** In a transaction: what it shares with the others of its commit. */
  memory: GroupMemory | undefined
}
