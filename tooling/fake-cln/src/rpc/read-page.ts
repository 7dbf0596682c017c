import type { IndexName } from '../node/indexes.ts'
import type { Parameters } from './parameters.ts'
import { badParameter, INVALID_PARAMS, RpcError } from './rpc-error.ts'

export interface PageOrder {
  index: IndexName
  start: number
  limit: number
}

/** `index`, `start` and `limit` of the list calls. */
export function readPage(params: Parameters): PageOrder {
  const index = params.text('index')
  const start = params.number('start')
  const limit = params.number('limit')
  if (index === undefined && (start !== undefined || limit !== undefined))
    throw new RpcError(INVALID_PARAMS, 'Can only specify {start} or {limit} if {index} is specified')
  if (index !== undefined && index !== 'created' && index !== 'updated')
    throw badParameter('index', 'should be one of created or updated', JSON.stringify(index))
  return { index: index ?? 'created', start: start ?? 1, limit: limit ?? Number.POSITIVE_INFINITY }
}

/** The first so many. */
export function take<T>(rows: Iterable<T>, limit: number): T[] {
  const taken: T[] = []
  if (limit <= 0) return taken
  for (const row of rows) {
    taken.push(row)
    if (taken.length >= limit) break
  }
  return taken
}
