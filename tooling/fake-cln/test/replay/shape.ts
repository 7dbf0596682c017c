/** What two JSON values must have in common: keys, JSON types, and what kind of text a text is. */

const TEXTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['node id', /^0[23][0-9a-f]{64}$/],
  ['32 bytes', /^[0-9a-f]{64}$/],
  ['short channel id', /^\d+x\d+x\d+$/],
  ['directed channel', /^\d+x\d+x\d+\/[01]$/],
  ['outpoint', /^[0-9a-f]{64}:\d+$/],
  ['bolt11', /^lnbcrt/],
  ['bolt12 offer', /^lno1/],
  ['bolt12 invoice', /^lni1/],
  ['address', /^bcrt1/],
  ['time', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/],
]

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction'
  if (typeof value === 'string') return TEXTS.find(([, pattern]) => pattern.test(value))?.[0] ?? 'text'
  return typeof value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => kindOf(value) === 'object'

/** How an answer differs in shape from the captured ones; empty where it does not. */
export function differences(samples: readonly unknown[], given: unknown, path = '$'): string[] {
  const kinds = new Set(samples.map(kindOf))
  if (!kinds.has(kindOf(given))) return [`${path}: ${kindOf(given)} instead of ${[...kinds].join(' or ')}`]
  if (Array.isArray(given)) {
    const items = samples.flatMap((sample) => (Array.isArray(sample) ? sample : []))
    const mayBeEmpty = samples.some((sample) => Array.isArray(sample) && sample.length === 0)
    if (given.length === 0) return mayBeEmpty ? [] : [`${path}: empty`]
    if (items.length === 0) return [`${path}: not empty`]
    return given.flatMap((item, index) => differences(items, item, `${path}[${index}]`))
  }
  if (!isObject(given)) return []
  const objects = samples.filter(isObject)
  const found: string[] = []
  const known = new Set(objects.flatMap((sample) => Object.keys(sample)))
  for (const name of known)
    if (!(name in given) && objects.every((sample) => name in sample)) found.push(`${path}.${name}: missing`)
  for (const [name, value] of Object.entries(given)) {
    const values = objects.filter((sample) => name in sample).map((sample) => sample[name])
    if (values.length === 0) found.push(`${path}.${name}: unknown to the capture`)
    else found.push(...differences(values, value, `${path}.${name}`))
  }
  return found
}

/** The part of a message that is the same for every node: without names, hashes and numbers. */
export const fixedText = (message: string): string =>
  message
    // the captured invoice had a hint to an unannounced channel
    .replace(/the invoice's route hint \(([^)]*)\)/, '$1')
    .replace(/ln(bcrt|o1|i1|r1)[0-9a-z]{40,}/g, '<text>')
    .replace(/0[23][0-9a-f]{64}|[0-9a-f]{64}/g, '<hex>')
    .replace(/\d+/g, '#')
