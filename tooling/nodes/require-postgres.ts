import { findPostgres, POSTGRES_MISSING } from './postgres.ts'
import { nodesRequired } from './require-nodes.ts'

/**
 * Whether PostgreSQL is installed. Says loudly what is skipped where it is not; throws where nothing
 * may be skipped.
 */
export function requirePostgres(what: string): boolean {
  if (findPostgres() !== undefined) return true
  if (nodesRequired()) throw new Error(POSTGRES_MISSING)
  process.stderr.write(`\n${'!'.repeat(80)}\n!! SKIPPED: ${what}. ${POSTGRES_MISSING}\n${'!'.repeat(80)}\n\n`)
  return false
}
