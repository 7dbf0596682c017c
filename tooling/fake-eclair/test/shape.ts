import type { Json, JsonObject } from '../src/json.ts'

/** Fields whose text is part of the shape: they say what kind of thing it is. */
const KIND_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'state',
  'paymentType',
  'failureType',
  'failureMessage',
  't',
  'error',
  'currency',
  'prefix',
  'commitmentFormat',
  'network',
  'previousState',
  'currentState',
])

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>'],
  [/\b[0-9a-f]{130}\b/g, '<65 bytes>'],
  [/\b[0-9a-f]{128}\b/g, '<64 bytes>'],
  [/\b0[23][0-9a-f]{64}\b/g, '<node>'],
  [/\b[0-9a-f]{64}\b/g, '<32 bytes>'],
  [/\bln(?:bcrt|o|i)1?[0-9a-z]{20,}\b/g, '<invoice or offer>'],
  [/\bbcrt1[0-9a-z]{20,}\b/g, '<address>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g, '<time>'],
  [/\b\d+x\d+x\d+\b/g, '<scid>'],
  [/127\.0\.0\.1:\d+/g, '<host and port>'],
  [/Actor\[[^\]]*\]/g, 'Actor'],
  [/\b0x[0-9a-f]+\b/g, '<alias>'],
]

/** A text with everything that differs between two networks taken out. */
export const withoutValues = (text: string): string => {
  let tidy = text
  for (const [pattern, name] of PATTERNS) tidy = tidy.replace(pattern, name)
  return tidy.replace(/fees=\d+ sat/, 'fees=<n> sat')
}

/**
 * What is wrong with the shape of an answer, compared with the captured one: keys, JSON types, kinds of
 * text. A list must hold nothing but elements as the captured list has them, and some if that has some.
 */
export function shapeFault(
  answered: Json | undefined,
  captured: Json | undefined,
  at = '$',
): string | undefined {
  if (Array.isArray(captured)) {
    if (!Array.isArray(answered)) return `${at}: a list was captured, but ${kindOf(answered)} answered`
    if (captured.length > 0 && answered.length === 0) return `${at}: the list is empty`
    for (const [index, element] of answered.entries()) {
      const faults = captured.map((candidate) => shapeFault(element, candidate, `${at}[${index}]`))
      if (captured.length > 0 && !faults.includes(undefined)) return faults[0]
    }
    return undefined
  }
  if (isObject(captured)) {
    if (!isObject(answered)) return `${at}: an object was captured, but ${kindOf(answered)} answered`
    const expected = keysOf(captured)
    const given = keysOf(answered)
    for (const key of expected) if (!given.includes(key)) return `${at}: lacks ${key}`
    for (const key of given) if (!expected.includes(key)) return `${at}: has ${key}, which was not captured`
    for (const key of Object.keys(answered)) {
      const original = Object.keys(captured).find(
        (name) => withoutValues(name) === withoutValues(key),
      ) as string
      const fault = fieldFault(key, answered[key], captured[original], `${at}.${withoutValues(key)}`)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  return fieldFault('', answered, captured, at)
}

function fieldFault(
  key: string,
  answered: Json | undefined,
  captured: Json | undefined,
  at: string,
): string | undefined {
  if (typeof captured === 'object' && captured !== null) return shapeFault(answered, captured, at)
  if (kindOf(answered) !== kindOf(captured))
    return `${at}: ${kindOf(captured)} was captured, but ${kindOf(answered)} answered`
  if (typeof captured === 'string' && (KIND_FIELDS.has(key) || at === '$')) {
    const [is, was] = [withoutValues(answered as string), withoutValues(captured)]
    if (is !== was) return `${at}: "${was}" was captured, but "${is}" answered`
  }
  return undefined
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const keysOf = (value: JsonObject): readonly string[] => [...new Set(Object.keys(value).map(withoutValues))]

/** The JSON type, and of a text what it names. */
function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'string') return `a ${typeof value}`
  const tidy = withoutValues(value)
  return /^<[^>]+>$/.test(tidy) ? tidy : 'a text'
}
