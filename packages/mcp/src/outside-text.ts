import { cleanText } from '@lightning-mcp/core'

/**
 * Text written by others keeps its usual field name (`memo`, `alias`), is cleaned and capped, and is
 * named in `untrusted_fields` beside it, so that a reader can tell data from instruction.
 */
const MAX_MEMO = 240

/** Of a text in a list, in UTF-8 bytes, so that a page keeps its size whatever the script. */
export const MAX_LISTED_MEMO_BYTES = 48

/** The text as a field, if there is any left after cleaning. */
export function outsideText<Name extends string>(name: Name, text: string | undefined, maxLength = MAX_MEMO) {
  const clean = text === undefined ? '' : cleanText(text, maxLength)
  return (clean === '' ? {} : { [name]: clean }) as { [K in Name]?: string }
}

/** Cleans, and cuts at a number of UTF-8 bytes without splitting a character. */
export function cappedBytes(text: string, maxBytes: number): string {
  const clean = cleanText(text, maxBytes)
  if (Buffer.byteLength(clean) <= maxBytes) return clean
  let kept = ''
  let bytes = Buffer.byteLength('…')
  for (const character of clean) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    kept += character
  }
  return `${kept}…`
}

/** `untrusted_fields`, with those of the names that are really there. */
export function untrusted(data: Record<string, unknown>, names: readonly string[]) {
  const present = names.filter((name) => data[name] !== undefined)
  return present.length === 0 ? {} : { untrusted_fields: present }
}

/** How such a text is shown in the line of text. */
export const quoted = (text: string): string => `(untrusted text) ${JSON.stringify(text)}`
