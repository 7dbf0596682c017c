import { nearest } from '@lightning-mcp/core'
import { usageError } from './usage-error.ts'

/** The first word as one of the forms of a command, and the others. */
export function formOf<Form extends string>(
  words: readonly string[],
  { command, forms, fallback }: { command: string; forms: readonly Form[]; fallback?: Form },
): { form: Form; rest: readonly string[] } {
  const [first, ...rest] = words
  if (first === undefined) {
    if (fallback !== undefined) return { form: fallback, rest: [] }
    throw usageError(command, 'needs a word more.', `It is one of: ${forms.join(', ')}.`)
  }
  const form = forms.find((name) => name === first)
  if (form !== undefined) return { form, rest }
  const meant = nearest(first, forms)
  throw usageError(
    command,
    'does not know that word.',
    meant === undefined ? `It knows: ${forms.join(', ')}.` : `Did you mean ${meant}?`,
  )
}

/** Exactly so many words. */
export function exactly(words: readonly string[], names: readonly string[], command: string): string[] {
  if (words.length === names.length) return [...words]
  throw usageError(
    command,
    names.length === 0 ? 'takes no further word.' : `takes ${names.join(' and ')}.`,
    `See ${command} --help.`,
  )
}

/** A whole number of an option. */
export function wholeNumber(value: string | true | undefined, name: string, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw usageError(`--${name}`, 'must be a whole number from 1 up.')
}

/** One of the texts that an option takes. */
export function oneOf<Text extends string>(
  value: string | true | undefined,
  name: string,
  texts: readonly Text[],
): Text | undefined {
  if (value === undefined) return undefined
  const found = texts.find((text) => text === value)
  if (found !== undefined) return found
  throw usageError(`--${name}`, `must be one of ${texts.join(', ')}.`)
}
