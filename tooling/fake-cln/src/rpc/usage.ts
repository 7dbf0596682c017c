import { helpTextsIn } from '../versions.ts'

/** What a method takes, read from the daemon's own `help`. */
export interface Usage {
  readonly names: readonly string[]
  readonly known: ReadonlySet<string>
  readonly required: readonly string[]
  readonly aliases: Readonly<Record<string, string>>
}

/** Older names that the daemon of the captures takes still (deprecated APIs were allowed there). */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pay: { bolt11: 'invstring' },
}

function parse(command: string): [name: string, usage: Usage] {
  const [name = '', ...words] = command.replace(' (DEPRECATED!)', '').trim().split(/\s+/)
  const plain = words.map((word) => word.replace(/^\[|\]$/g, '').replace(/=.*/, ''))
  const required = words.filter((word) => !word.startsWith('[')).map((word) => word.replace(/=.*/, ''))
  return [name, { names: plain, known: new Set(plain), required, aliases: ALIASES[name] ?? {} }]
}

const known = new Map<string, ReadonlyMap<string, Usage>>()

/** By method, in that version. */
export function usagesIn(version: string): ReadonlyMap<string, Usage> {
  const usages = known.get(version) ?? new Map(helpTextsIn(version).map(parse))
  known.set(version, usages)
  return usages
}
