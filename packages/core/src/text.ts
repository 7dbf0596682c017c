/** How much of a text from outside is kept by default, in characters. */
export const MAX_UNTRUSTED_TEXT = 640

// C0 and C1 controls, zero-width and bidirectional marks, line and paragraph separators, lone surrogates, tag
// characters, fillers, blanks that are no spaces, variation selectors, with which whole sentences can be hidden; only U+FE0F stays, for emoji.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u2800\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu

/**
 * Makes text from outside (memos, aliases, LNURL metadata) fit to show: control, bidirectional and
 * invisible characters become spaces, runs of spaces one, and what is over `maxLength` is cut with `…`.
 * The result is still data: it must never be read as an instruction.
 */
export function cleanText(text: string, maxLength: number = MAX_UNTRUSTED_TEXT): string {
  const capped = text.length > maxLength * 4 ? text.slice(0, maxLength * 4) : text
  const clean = capped.replace(UNSAFE, ' ').replace(/\s+/gu, ' ').trim()
  const characters = Array.from(clean)
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : clean
}
