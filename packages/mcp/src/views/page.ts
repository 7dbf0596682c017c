import { LightningError } from '@lightning-mcp/core'
import * as z from 'zod'

/** What every list answers beside its items. */
export const pageShape = {
  untrusted_fields: z.array(z.string()).optional(),
  next_cursor: z.string().optional(),
}

/** `next_cursor` and `untrusted_fields`: of the named fields of the items those that are there. */
export function pageFields(
  list: string,
  items: readonly object[],
  untrusted: readonly string[],
  nextCursor: string | undefined,
) {
  const present = untrusted.filter((name) =>
    items.some((item) => (item as Record<string, unknown>)[name] !== undefined),
  )
  return {
    ...(present.length === 0 ? {} : { untrusted_fields: present.map((name) => `${list}[].${name}`) }),
    ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
  }
}

/** For a text line. */
export const moreText = (nextCursor: string | undefined): string =>
  nextCursor === undefined ? '' : ' More with next_cursor.'

/** A page of what a backend answers all at once, so the cursor is ours: where the next page starts. */
export function slicePage<T>(
  all: readonly T[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): { items: readonly T[]; nextCursor?: string } {
  const start = startOf(cursor)
  const end = start + limit
  return { items: all.slice(start, end), ...(end < all.length ? { nextCursor: String(end) } : {}) }
}

function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor)
  throw new LightningError({
    code: 'invalid_request',
    message: 'cursor is not a next_cursor of this tool.',
    hint: 'Leave cursor out to start from the beginning.',
  })
}
