/** Keeps what a request's `filter` names, and nothing else. */
export function filterResult(value: unknown, filter: unknown): unknown {
  if (filter === true || filter === undefined) return value
  if (Array.isArray(value)) {
    const inner: unknown = Array.isArray(filter) ? filter[0] : true
    return value.map((item) => filterResult(item, inner))
  }
  if (typeof value !== 'object' || value === null || typeof filter !== 'object' || filter === null)
    return value
  const kept: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(filter)) {
    const item = (value as Record<string, unknown>)[name]
    if (inner !== false && item !== undefined) kept[name] = filterResult(item, inner)
  }
  return kept
}
