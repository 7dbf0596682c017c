/**
 * Cuts a stream into whole JSON objects and arrays: the daemon knows no other framing. Throws where
 * no continuation could make it JSON.
 */
export function createJsonSplitter(): (chunk: string) => string[] {
  let text = ''
  let at = 0
  let start = -1
  let inString = false
  let escaped = false
  const closers: string[] = []
  return (chunk) => {
    text += chunk
    const found: string[] = []
    for (; at < text.length; at += 1) {
      const character = text[at] as string
      if (inString) {
        if (escaped) escaped = false
        else if (character === '\\') escaped = true
        else if (character === '"') inString = false
      } else if (character === '"' && closers.length > 0) inString = true
      else if (character === '{' || character === '[') {
        if (closers.length === 0) start = at
        closers.push(character === '{' ? '}' : ']')
      } else if (character === '}' || character === ']') {
        if (closers.pop() !== character) throw new SyntaxError('broken JSON')
        if (closers.length > 0) continue
        found.push(text.slice(start, at + 1))
        start = -1
      } else if (closers.length === 0 && !/\s/.test(character)) throw new SyntaxError('broken JSON')
    }
    text = start < 0 ? '' : text.slice(start)
    at = text.length
    if (start > 0) start = 0
    return found
  }
}
