import { nearest } from '@lightning-mcp/core'

/** `Did you mean "x"?`, or where there is nothing like it, what there is. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearest(given, known)
  return name === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${name}?`
}
