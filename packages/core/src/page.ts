import { LightningError } from './lightning-error.ts'

/** One page of a list. Pass `nextCursor` back to go on; its absence is the end. */
export interface Page<T> {
  items: readonly T[]
  /** Opaque, made by the backend; valid as long as the backend keeps its records. */
  nextCursor?: string
}

/** What every paged call takes. */
export interface PageRequest {
  /** 1 to 1000. */
  limit: number
  /** `nextCursor` of the page before; absent: the first page. */
  cursor?: string
}

/** For a cursor that a backend did not make. */
export const badCursor = (): LightningError =>
  new LightningError({
    code: 'invalid_request',
    message: 'the cursor is not one of this list',
    hint: 'Give next_cursor of the page before, or none for the first page.',
  })

/** Throws `invalid_request` for what is no limit of a page. */
export function checkPageLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit
  throw new LightningError({
    code: 'invalid_request',
    message: 'the limit of a page must be a whole number from 1 to 1000',
    hint: 'Give a limit in that range.',
  })
}

/** A page of a list that a backend gives whole. The cursor names the last item, so that new ones do not shift it. */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (item: T) => string,
): Page<T> {
  checkPageLimit(limit)
  const last = cursor === undefined ? -1 : items.findIndex((item) => keyOf(item) === cursor)
  if (cursor !== undefined && last === -1) throw badCursor()
  const page = items.slice(last + 1, last + 1 + limit)
  const end = page.at(-1)
  return end !== undefined && last + 1 + limit < items.length
    ? { items: page, nextCursor: keyOf(end) }
    : { items: page }
}
