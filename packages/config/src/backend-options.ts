import { type BackendModule, type BackendOption, Secret } from '@lightning-mcp/core'
import { ConfigError, type ConfigProblem, type Source } from './config-error.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Environment } from './environment.ts'

export type OptionValue = string | number | boolean

/** Options as given, secret ones wrapped so that nothing prints them. */
export interface BackendOptions {
  values: Readonly<Record<string, OptionValue | Secret<OptionValue>>>
  sources: Readonly<Record<string, Source>>
}

interface Given {
  file: Readonly<Record<string, OptionValue>>
  env: Environment
  flags: Readonly<Record<string, string>>
}

const readers: Readonly<Record<BackendOption['type'], (value: OptionValue) => OptionValue | undefined>> = {
  string: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  number: (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined
  },
  boolean: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
}

/** Collects a backend's options from file, environment and flags, in that order, against its own list. */
export function readBackendOptions(module: BackendModule, given: Given): BackendOptions {
  const known = Object.keys(module.options)
  const problems: ConfigProblem[] = unknownOptions(module.kind, known, given)
  const values: Record<string, OptionValue | Secret<OptionValue>> = {}
  const sources: Record<string, Source> = {}
  for (const [name, spec] of Object.entries<BackendOption>(module.options)) {
    if (spec.secret === true && Object.hasOwn(given.flags, name)) {
      problems.push(secretFlag(name, spec))
      continue
    }
    const found = find(name, spec, given)
    if (found === undefined) {
      if (spec.required === true)
        problems.push({
          source: 'backend',
          name: `backend ${module.kind}`,
          message: `needs ${name} (${spec.description}).`,
          hint: `Set ${placesFor(name, spec)}${spec.secret === true ? '' : `, or --option ${name}=VALUE`}.`,
        })
      continue
    }
    const value = readers[spec.type](found.value)
    if (value === undefined)
      problems.push({
        source: found.source,
        name: found.name,
        message: `must be a ${spec.type}${spec.type === 'string' ? ' that is not empty' : ''}.`,
      })
    else {
      values[name] = spec.secret === true ? new Secret(value) : value
      sources[name] = found.source
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { values, sources }
}

/** Why a secret option given as a flag is refused, wherever flags are read. */
export const secretFlag = (name: string, spec: BackendOption): ConfigProblem => ({
  source: 'flag',
  name: `--option ${name}`,
  message: 'is secret and not taken from the command line, where every user of the machine can read it.',
  hint: `Use ${placesFor(name, spec)}.`,
})

/** The plain options, for the one place that hands them to the backend. */
export const revealOptions = (options: BackendOptions): Record<string, OptionValue> =>
  Object.fromEntries(
    Object.entries(options.values).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  )

function find(name: string, spec: BackendOption, { file, env, flags }: Given) {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (flag !== undefined) return { value: flag, source: 'flag', name: `--option ${name}` } as const
  const variable = spec.environment?.find((candidate) => (env[candidate] ?? '') !== '')
  if (variable !== undefined)
    return { value: env[variable] ?? '', source: 'environment', name: variable } as const
  const value = Object.hasOwn(file, name) ? file[name] : undefined
  return value === undefined ? undefined : ({ value, source: 'file', name: `options.${name}` } as const)
}

function unknownOptions(kind: string, known: readonly string[], { file, flags }: Given): ConfigProblem[] {
  const unknown =
    (source: Source, prefix: string) =>
    (name: string): ConfigProblem => ({
      source,
      name: `${prefix}${name.slice(0, 80)}`,
      message: `is not an option of the backend ${kind}.`,
      hint: didYouMean(name, known),
    })
  const isUnknown = (name: string): boolean => !known.includes(name)
  return [
    ...Object.keys(file).filter(isUnknown).map(unknown('file', 'options.')),
    ...Object.keys(flags).filter(isUnknown).map(unknown('flag', '--option ')),
  ]
}

const placesFor = (name: string, { environment = [] }: BackendOption): string =>
  [...environment, `options.${name} in the configuration file`].join(' or ')
