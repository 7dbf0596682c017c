import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  type Arguments,
  BUILT_IN_BACKENDS,
  ConfigError,
  loadBackendModule,
  secretFlag,
} from '@lightning-mcp/config'
import type { BackendOption } from '@lightning-mcp/core'
import type { Invocation } from '../program.ts'
import type { Questions } from './questions.ts'

/** What goes into a configuration file. */
export type FileContent = Record<string, unknown> & { backend: string; options: Record<string, unknown> }

interface Request extends Invocation {
  args: Arguments
  /** Absent: nothing is asked, what flags and environment do not say stays at its default. */
  questions?: Questions
}

/** Collects a configuration from flags, the backend's own environment variables, and answers. */
export async function collectSettings({ args, env, cwd, questions }: Request): Promise<FileContent> {
  const { config: _config, options: _options, backend: chosen, ...flags } = args.flags
  const backend =
    chosen ??
    (env['LIGHTNING_MCP_BACKEND'] ||
      ((await questions?.ask(`Backend (${BUILT_IN_BACKENDS.join(', ')}, or an npm package)`, {
        fallback: 'simulator',
      })) ??
        'simulator'))
  const module = await loadBackendModule(backend, { cwd })
  const specs = Object.entries<BackendOption>(module.options)
  const options: Record<string, unknown> = {}
  for (const [name, spec] of specs) {
    if (spec.secret === true && Object.hasOwn(args.options, name))
      throw new ConfigError([secretFlag(name, spec)])
    const value = args.options[name] ?? fromEnvironment(spec, env)
    if (value !== undefined) options[name] = asFileValue(spec, value, cwd)
  }
  const isPointless = (name: string): boolean =>
    specs.some(([other, { excludes }]) => Object.hasOwn(options, other) && excludes?.includes(name) === true)
  for (const [name, spec] of specs) {
    if (Object.hasOwn(options, name) || isPointless(name)) continue
    const answer = await askFor(name, spec, questions)
    if (answer !== undefined && answer !== '') options[name] = asFileValue(spec, answer, cwd)
  }
  // what is no option is refused when the file is read back
  for (const [name, value] of Object.entries(args.options)) options[name] ??= value
  const maxPaymentSats = flags.maxPaymentSats ?? (await askForLimit(questions))
  return {
    backend: /^\.\.?[\\/]/.test(backend) ? resolve(cwd, backend) : backend,
    options,
    ...flags,
    ...(flags.dataDir === undefined ? {} : { dataDir: resolve(cwd, flags.dataDir) }),
    ...(maxPaymentSats === undefined ? {} : { maxPaymentSats }),
  }
}

/** A default that is written down would lower every later policy of the owner. */
async function askForLimit(questions: Questions | undefined): Promise<string | undefined> {
  const fallback = '10000'
  const answer = await questions?.ask('Largest single payment, in sats', { fallback })
  return answer === fallback ? undefined : answer
}

const fromEnvironment = (spec: BackendOption, env: Invocation['env']): string | undefined =>
  spec.environment?.map((name) => env[name]).find((value) => value !== undefined && value !== '')

function askFor(
  name: string,
  spec: BackendOption,
  questions: Questions | undefined,
): Promise<string> | undefined {
  const notes = [
    spec.required === true ? 'required' : 'Enter to skip',
    ...(spec.default === undefined ? [] : [`default ${spec.default}`]),
  ]
  return questions?.ask(`${name}: ${spec.description} (${notes.join(', ')})`, {
    secret: spec.secret === true,
  })
}

/** A path is made absolute: a client may start the server anywhere. */
function asFileValue({ type, path }: BackendOption, text: string, cwd: string): unknown {
  if (type === 'string') return path === true ? absolute(text, cwd) : text
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  return text === 'true' ? true : text === 'false' ? false : text
}

/** A shell makes nothing of `~` in an answer that is typed, or in a value that it did not see itself. */
const absolute = (path: string, cwd: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(cwd, path)
