/**
 * Keys that a JSON text gives twice in one object, of which a parser silently keeps the last, and
 * `__proto__`, which programs read differently. The text must be valid JSON.
 */
export function suspectKeys(json: string): readonly { path: string; why: 'twice' | 'reserved' }[] {
  const found: { path: string; why: 'twice' | 'reserved' }[] = []
  const open: { keys: Set<string> | undefined; at: string }[] = []
  let expectsKey = false
  // strings whole, so that what is inside them is skipped; everything else that matters is one character
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const top = open.at(-1)
    if (token === '{') {
      open.push({ keys: new Set(), at: '' })
      expectsKey = true
    } else if (token === '[') {
      open.push({ keys: undefined, at: '[]' })
      expectsKey = false
    } else if (token === '}' || token === ']') {
      open.pop()
      expectsKey = false
    } else if (token === ',') expectsKey = top?.keys !== undefined
    else if (token === ':') expectsKey = false
    else if (expectsKey && top?.keys !== undefined) {
      const key = JSON.parse(token) as string
      top.at = key
      const path = open.map(({ at }) => at.slice(0, 64)).join('.')
      if (top.keys.has(key)) found.push({ path, why: 'twice' })
      if (key === '__proto__') found.push({ path, why: 'reserved' })
      top.keys.add(key)
    }
  }
  return found
}
