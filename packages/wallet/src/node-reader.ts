import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import type { Connection } from './backend/connection.ts'

/** The facets of a backend with nothing in them but what only reads. */
export interface NodeReader {
  readonly channels?: Pick<NonNullable<LightningBackend['channels']>, 'list' | 'listPending' | 'listClosed'>
  readonly peers?: Pick<NonNullable<LightningBackend['peers']>, 'list'>
  readonly onchain?: Pick<
    NonNullable<LightningBackend['onchain']>,
    'getBalance' | 'listUtxos' | 'listTransactions' | 'estimateFees'
  >
}

/** What may be read of each facet. */
const READING = {
  channels: ['list', 'listPending', 'listClosed'],
  peers: ['list'],
  onchain: ['getBalance', 'listUtxos', 'listTransactions', 'estimateFees'],
} as const satisfies { [F in keyof NodeReader]-?: readonly (keyof NonNullable<NodeReader[F]>)[] }

/**
 * The reading side of the node as it stands now: fresh functions that reach the backend by name from
 * the list above, and hold nothing of it that a caller could get at.
 */
export function createNodeReader(
  connection: Connection,
  guard: <T>(work: () => Promise<T>) => Promise<T>,
): NodeReader {
  const reader: Record<string, object> = {}
  for (const [facet, operations] of Object.entries(READING)) {
    const declared = connection.declared[facet as keyof NodeReader] as Facet | undefined
    if (declared === undefined) continue
    const part: Facet = {}
    for (const operation of operations) {
      if (typeof declared[operation] !== 'function') continue
      part[operation] = (request) =>
        guard(() =>
          connection.call(async (backend) => {
            const now = backend[facet as keyof NodeReader] as Facet | undefined
            const call = now?.[operation]
            if (call === undefined) throw gone(operation)
            return call(request)
          }, request?.signal),
        )
    }
    reader[facet] = Object.freeze(part)
  }
  return Object.freeze(reader) as NodeReader
}

type Facet = Record<string, (request?: { signal?: AbortSignal }) => Promise<unknown>>

const gone = (operation: string): LightningError =>
  new LightningError({
    code: 'unsupported',
    message: `the backend cannot do ${operation} with this credential`,
    hint: 'The owner can give the wallet a credential that may read it.',
  })
