import { decodeInvoice } from '@lightning-mcp/codec'

/** What a call is asked about before it is let through. */
export interface RuneQuestion {
  method: string
  params: unknown
  now: number
  nodeId: string
  rateOf: () => RuneRate
}

/** When a rune was used in the last minute. */
export interface RuneRate {
  uses: number[]
}

/** One alternative of a restriction, taken apart. */
export interface Alternative {
  field: string
  condition: string
  value: string
}

/** How each condition is said, and how its failure is. */
const CONDITIONS: Readonly<
  Record<string, { english: string; failure: string; holds: (is: string, value: string) => boolean }>
> = {
  '=': { english: 'equal to', failure: 'is not equal to', holds: (is, value) => is === value },
  '/': { english: 'unequal to', failure: 'is equal to', holds: (is, value) => is !== value },
  '^': { english: 'starts with', failure: 'does not start with', holds: (is, value) => is.startsWith(value) },
  $: { english: 'ends with', failure: 'does not end with', holds: (is, value) => is.endsWith(value) },
  '~': { english: 'contains', failure: 'does not contain', holds: (is, value) => is.includes(value) },
  '<': { english: '<', failure: 'is greater or equal to', holds: (is, value) => isLess(is, value) },
  '>': { english: '>', failure: 'is less or equal to', holds: (is, value) => isLess(value, is) },
  '{': { english: 'sorts before', failure: 'is same or later than', holds: (is, value) => is < value },
  '}': { english: 'sorts after', failure: 'is same or earlier than', holds: (is, value) => is > value },
}

const isLess = (a: string, b: string): boolean =>
  /^-?\d+$/.test(a) && /^-?\d+$/.test(b) && BigInt(a) < BigInt(b)

/** `method^list` → field, condition, value. */
export function readAlternative(text: string): Alternative {
  const parts = /^([^!=/^$~<>{}#]*)([!=/^$~<>{}#])(.*)$/s.exec(text)
  return { field: parts?.[1] ?? text, condition: parts?.[2] ?? '#', value: parts?.[3] ?? '' }
}

export function toEnglish({ field, condition, value }: Alternative): string {
  if (condition === '!') return `${field} is missing`
  if (condition === '#') return `[comment: ${field}${value}]`
  return `${field} ${CONDITIONS[condition]?.english ?? condition} ${value}`
}

/** `undefined`: it holds; else how the daemon says that it does not. */
export function refusalOf(text: string, question: RuneQuestion): string | undefined {
  const { field, condition, value } = readAlternative(text)
  if (condition === '#') return undefined
  if (field === 'rate') return overRate(question, Number(value))
  const is = askedValue(field, question)
  if (condition === '!') return is === undefined ? undefined : `${field} is present`
  if (is === undefined) return `${field} not present`
  const rule = CONDITIONS[condition]
  if (rule === undefined) return `${field} has an unknown condition`
  return rule.holds(is, value) ? undefined : `${field} ${rule.failure} ${value}`
}

function overRate({ now, rateOf }: RuneQuestion, perMinute: number): string | undefined {
  const rate = rateOf()
  rate.uses = rate.uses.filter((at) => now - at < 60)
  if (rate.uses.length >= perMinute) return `Rate of ${perMinute} per minute exceeded`
  rate.uses.push(now)
  return undefined
}

function askedValue(field: string, question: RuneQuestion): string | undefined {
  if (field === 'method') return question.method
  if (field === 'time') return String(question.now)
  if (field === 'id') return undefined
  const params = question.params ?? {}
  if (field === 'pnum') return String(Object.keys(params).length)
  if (field.startsWith('parr') && Array.isArray(params)) return asText(params[Number(field.slice(4))])
  if (Array.isArray(params)) return undefined
  const [, parameter, part] = /^pinv(\w+)_(amount|description|node)$/.exec(field) ?? []
  if (parameter !== undefined) return invoicePart(named(params, parameter), part as keyof InvoiceParts)
  return field.startsWith('pname') ? named(params, field.slice('pname'.length)) : undefined
}

/** Punctuation is left out of a parameter's name. */
function named(params: object, wanted: string): string | undefined {
  const isWanted = ([name]: [string, unknown]) => name.replace(/[^a-z0-9]/gi, '') === wanted
  return asText(Object.entries(params).find(isWanted)?.[1])
}

interface InvoiceParts {
  amount: string | undefined
  description: string | undefined
  node: string
}

/** Of what is no BOLT 11 invoice, or of one without an amount, there is nothing to compare. */
function invoicePart(text: string | undefined, part: keyof InvoiceParts): string | undefined {
  try {
    const { amountMsat, description, payee } = decodeInvoice(text ?? '')
    const parts: InvoiceParts = { amount: amountMsat?.toString(), description, node: payee }
    return parts[part]
  } catch {
    return undefined
  }
}

const asText = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
