import { type CallsOf, LightningError, type MANAGING_CALLS, type READING_CALLS } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'

/** The facets of a backend with nothing in them but what only reads. */
export type NodeReader = CallsOf<typeof READING_CALLS>

/** The facets of a backend with nothing in them but what changes the node without spending. */
export type NodeManager = CallsOf<typeof MANAGING_CALLS>

type Calls = typeof READING_CALLS | typeof MANAGING_CALLS

/**
 * The named calls of the node as it stands now: fresh functions that reach the backend by name from
 * the list, and hold nothing of it that a caller could get at.
 */
export function createNodeAccess<Table extends Calls>(
  table: Table,
  connection: Connection,
  guard: <T>(work: () => Promise<T>) => Promise<T>,
  /** Before each call. */
  note: (operation: string, request: unknown) => Promise<void> = async () => {},
): CallsOf<Table> {
  const access: Record<string, object> = {}
  for (const [facet, operations] of Object.entries(table) as [keyof Calls, readonly string[]][]) {
    const declared = connection.declared[facet] as Facet | undefined
    if (declared === undefined) continue
    const part: Facet = {}
    for (const operation of operations) {
      if (typeof declared[operation] !== 'function') continue
      part[operation] = (request) =>
        guard(async () => {
          await note(`${facet}.${operation}`, request)
          return connection.call(async (backend) => {
            const now = backend[facet] as Facet | undefined
            const call = now?.[operation]
            if (call === undefined) throw gone(operation)
            return call(request)
          }, request?.signal)
        })
    }
    if (Object.keys(part).length > 0) access[facet] = Object.freeze(part)
  }
  return Object.freeze(access) as CallsOf<Table>
}

type Facet = Record<string, (request?: { signal?: AbortSignal }) => Promise<unknown>>

const gone = (operation: string): LightningError =>
  new LightningError({
    code: 'unsupported',
    message: `the backend cannot do ${operation} with this credential`,
    hint: 'The owner can give the wallet a credential that may.',
  })
