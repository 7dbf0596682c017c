import { LightningError, type Page, type PageRequest } from '@lightning-mcp/core'

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

export const badCursor = (): LightningError =>
  refuse(
    'the cursor is not one of this list',
    'Give next_cursor of the page before, or none for the first page.',
  )

export function checkLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw refuse('the limit of a page is not a whole number from 1 to 1000', 'Give a limit in that range.')
  return limit
}

/** A page of what Eclair lists whole, in the order of `keyOf`, downwards. Keys are unique and stay; what is new does not shift them. */
export function pageDownwards<T>(
  items: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (item: T) => string,
): Page<T> {
  checkLimit(limit)
  const rest = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => cursor === undefined || key < cursor)
    .sort((a, b) => (a.key < b.key ? 1 : -1))
  const page = rest.slice(0, limit)
  return {
    items: page.map(({ item }) => item),
    ...(rest.length > limit ? { nextCursor: page.at(-1)!.key } : {}),
  }
}
