import { LightningError } from '@lightning-mcp/core'

/** What a signed document may hold: no `null`, no fractions, nothing that two programs could write differently. */
export type DocumentValue =
  | string
  | number
  | boolean
  | readonly DocumentValue[]
  | { readonly [name: string]: DocumentValue }

const MAX_DEPTH = 32

/**
 * The one text of a document: members sorted by name, no spaces (as RFC 8785 writes it). Refuses what
 * has no single text: `null`, `undefined`, fractions, integers above 2^53 − 1, lone surrogates, class
 * instances, cycles.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 'the document', 0)
}

function write(value: unknown, at: string, depth: number): string {
  if (depth > MAX_DEPTH) throw refused(at, 'is nested too deeply')
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refused(at, 'holds half a character')
      return JSON.stringify(value)
    case 'boolean':
      return String(value)
    case 'number':
      if (!Number.isSafeInteger(value)) throw refused(at, 'is no safe integer')
      // −0 is written 0
      return String(value)
    case 'object':
      if (Array.isArray(value))
        // `from` and not `map`, which would skip holes
        return `[${Array.from(value, (item, index) => write(item, `${at}[${index}]`, depth + 1)).join(',')}]`
      if (isPlain(value)) return writeObject(value, at, depth)
      break
  }
  throw refused(at, 'is no text, integer, boolean, list or plain object')
}

function writeObject(value: object, at: string, depth: number): string {
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => {
      const place = `${at}.${name.slice(0, 40)}`
      return `${write(name, place, depth)}:${write(member, place, depth + 1)}`
    })
  return `{${members.join(',')}}`
}

function isPlain(value: object | null): value is object {
  if (value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0
  )
}

const refused = (at: string, why: string): LightningError =>
  new LightningError({
    code: 'invalid_request',
    message: `${at} cannot be signed: it ${why}`,
    hint: 'A signed document holds text, whole numbers, true, false, lists and objects.',
  })
