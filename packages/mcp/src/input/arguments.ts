import { cleanText, LightningError, nearest } from '@lightning-mcp/core'
import type * as z from 'zod'

type Issue = z.core.$ZodIssue

const MAX_ISSUES = 4

const WANTED: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
}

const nameOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? 'arguments' : path.join('.'))

function explainType(name: string, expected: string, given: unknown): string {
  if (given === undefined) return `${name} is missing`
  const wanted = WANTED[expected] ?? expected
  const hint = wanted === 'a whole number' && typeof given === 'string' ? ', not text' : ''
  return `${name} must be ${wanted}${hint}`
}

function explain(issue: Issue, args: unknown, known: readonly string[]): string {
  const name = nameOf(issue.path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key = ''] = issue.keys
      const meant = nearest(key, known)
      const more = issue.keys.length > 1 ? ` and ${issue.keys.length - 1} more` : ''
      return `unknown argument "${cleanText(key, 40)}"${more}${meant ? ` (did you mean ${meant}?)` : ''}`
    }
    case 'invalid_type':
      return explainType(name, issue.expected, valueAt(args, issue.path))
    case 'too_small':
      return issue.origin === 'string' ? `${name} is empty` : `${name} must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `${name} is longer than ${issue.maximum} characters`
        : `${name} must be at most ${issue.maximum}`
    case 'invalid_value':
      return `${name} must be one of ${issue.values.join(', ')}`
    default:
      return `${name} ${issue.message}`
  }
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )

/**
 * Arguments as the tool wants them. Throws `invalid_request` that names each wrong argument and never
 * repeats a value, which may be long or secret.
 */
export function parseArguments<Input extends z.ZodObject>(schema: Input, args: unknown): z.output<Input> {
  const parsed = schema.safeParse(args ?? {})
  if (parsed.success) return parsed.data
  const known = Object.keys(schema.shape)
  const explained = [...new Set(parsed.error.issues.map((issue) => explain(issue, args ?? {}, known)))]
  const shown = explained.slice(0, MAX_ISSUES).join('; ')
  const more = explained.length > MAX_ISSUES ? `; and ${explained.length - MAX_ISSUES} more` : ''
  throw new LightningError({
    code: 'invalid_request',
    message: `Wrong arguments: ${shown}${more}.`,
    hint: `Correct the arguments and call again; nothing was done. Arguments: ${known.join(', ') || 'none'}.`,
  })
}
