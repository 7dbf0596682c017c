import { cleanText } from '@lightning-mcp/core'

/**
 * Text written by others keeps its usual field name (`memo`, `alias`), is cleaned and capped, and is
 * named in `untrusted_fields` beside it, so that a reader can tell data from instruction.
 */
const MAX_MEMO = 240

/** The text as a field, if there is any left after cleaning. */
export function outsideText<Name extends string>(name: Name, text: string | undefined, maxLength = MAX_MEMO) {
  const clean = text === undefined ? '' : cleanText(text, maxLength)
  return (clean === '' ? {} : { [name]: clean }) as { [K in Name]?: string }
}

/** In UTF-8 bytes. */
const MAX_LISTED = 48

/** The same in a list: cut by bytes, so that a page keeps its size whatever the script. */
export function listedText<Name extends string>(name: Name, text: string | undefined) {
  const clean = cleanText(text ?? '', MAX_LISTED)
  return (clean === '' ? {} : { [name]: cutToBytes(clean, MAX_LISTED) }) as { [K in Name]?: string }
}

/** Cuts without splitting a character. */
function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  let kept = ''
  let bytes = Buffer.byteLength('…')
  for (const character of text) {
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
