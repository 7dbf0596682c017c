import { checkPageLimit, type Page, type PageRequest } from '@lightning-mcp/core'

/** A page of what Eclair lists whole, in the order of `keyOf`, downwards. Keys are unique and stay; what is new does not shift them. */
export function pageDownwards<T>(
  items: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (item: T) => string,
): Page<T> {
  checkPageLimit(limit)
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
