/** Levenshtein distance: how many characters must be added, removed or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] ?? 0
}

/** The known name that is most like the given one, for a hint; `undefined` where none is. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const wanted = given.slice(0, 80).toLowerCase()
  const [best] = known
    .map((name) => ({ name, cost: distance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost)
  if (best === undefined) return undefined
  const longest = Math.max(wanted.length, best.name.length)
  return best.cost <= Math.max(2, Math.floor(longest * 0.45)) ? best.name : undefined
}
