import { parseArgs } from 'node:util'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { didYouMean } from './did-you-mean.ts'
import {
  type App,
  environmentName,
  flagName,
  isFrom,
  isOf,
  isSwitch,
  SETTING_NAMES,
  type SettingName,
} from './settings.ts'

export type Action = 'serve' | 'help' | 'version' | 'print-config'

/** The command line, read but not yet judged by type. */
export interface Arguments {
  action: Action
  /** Text of each flag given, by setting. */
  flags: Partial<Record<SettingName, string>>
  /** `--option name=value`. */
  options: Record<string, string>
}

const ACTIONS = new Map<string, Action>([
  ['help', 'help'],
  ['version', 'version'],
  ['print-config', 'print-config'],
])

const OTHER_APP = { stdio: 'lightning-mcp-http', http: 'lightning-mcp' } as const

/** Every flag that takes a value, of whichever app, so that a value is never taken for a word of its own. */
const VALUE_FLAGS = [...SETTING_NAMES.filter((name) => !isSwitch(name)).map(flagName), 'option']

const tokensOf = (argv: readonly string[], valued: readonly string[] = []) =>
  parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      [...VALUE_FLAGS, ...valued].map((name) => [name, { type: 'string' as const }]),
    ),
  }).tokens

/** Takes the first word that is one of the commands out of the command line, wherever it stands. */
export function splitCommand<Command extends string>({
  argv,
  commands,
}: {
  argv: readonly string[]
  commands: readonly Command[]
}): { command?: Command; rest: readonly string[] } {
  for (const token of tokensOf(argv)) {
    if (token.kind !== 'positional') continue
    const command = commands.find((name) => name === token.value)
    if (command !== undefined) return { command, rest: argv.toSpliced(token.index, 1) }
  }
  return { rest: argv }
}

export interface OwnOption {
  type: 'switch' | 'value'
}

/** A command's own words and options, and the settings beside them. */
export interface SplitOptions {
  /** What stands alone, in its order. */
  words: readonly string[]
  /** Of each option that was given: its value, `true` for a switch. */
  values: Readonly<Record<string, string | true>>
  /** The rest of the command line, for {@link parseArguments}. */
  settings: readonly string[]
}

/**
 * Takes a command's own words and options out of the command line. Throws {@link ConfigError} for
 * what is neither its own nor a setting of the app.
 */
export function splitOptions({
  argv,
  options,
  app,
}: {
  argv: readonly string[]
  options: Readonly<Record<string, OwnOption>>
  app: App
}): SplitOptions {
  const own = Object.entries(options)
  const valued = own.filter(([, { type }]) => type === 'value').map(([name]) => name)
  const usable = SETTING_NAMES.filter((name) => isOf(name, app) && isFrom(name, 'flag')).map(flagName)
  const known = [...Object.keys(options), ...usable, 'option']
  const words: string[] = []
  const values: Record<string, string | true> = {}
  const settings: string[] = []
  const problems: ConfigProblem[] = []
  for (const token of tokensOf(argv, valued)) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    const at = (message: string, hint: string): void =>
      void problems.push({ source: 'flag', name: token.rawName, message, hint })
    if (option === undefined) {
      const end = token.index + (token.value === undefined || token.inlineValue ? 1 : 2)
      if (known.includes(token.name)) settings.push(...argv.slice(token.index, end))
      else
        at(
          'is not a known flag.',
          didYouMean(
            token.rawName,
            known.map((name) => `--${name}`),
          ),
        )
    } else if (option.type === 'switch' && token.value !== undefined)
      at('takes no value.', `Write ${token.rawName} alone.`)
    else if (option.type === 'value' && !isValue(token)) at('needs a value.', `Write ${token.rawName}=VALUE.`)
    else values[token.name] = token.value ?? true
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { words, values, settings }
}

const isValue = ({ value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined }) =>
  value !== undefined && (inlineValue === true || !/^--?[a-z]/i.test(value))

/**
 * Reads the flags of one app. Throws {@link ConfigError} naming every unknown or malformed one.
 * A later flag overrides an earlier one of the same name.
 */
export function parseArguments({ argv, app }: { argv: readonly string[]; app: App }): Arguments {
  const byFlag = new Map(SETTING_NAMES.map((name) => [flagName(name), name]))
  const usable = SETTING_NAMES.filter((name) => isOf(name, app) && isFrom(name, 'flag'))
  const known = [...usable.map(flagName), 'option', ...ACTIONS.keys()]
  const result: Arguments = { action: 'serve', flags: {}, options: {} }
  const problems: ConfigProblem[] = []
  const refuse = (name: string, message: string, hint?: string): void => {
    problems.push({ source: 'flag', name, message, ...(hint === undefined ? {} : { hint }) })
  }

  // A word that stands alone is never repeated: it may be a secret after a misspelt flag.
  let unknownAt = Number.NaN
  for (const token of tokensOf(argv)) {
    if (token.kind === 'positional' && token.index !== unknownAt + 1)
      refuse(`argument ${token.index + 1}`, 'is not understood.', 'See --help.')
    if (token.kind !== 'option') continue
    const flag = token.name === 'h' ? 'help' : token.name
    const shown = token.rawName
    const value = token.value
    const action = ACTIONS.get(flag)
    const setting = byFlag.get(flag)
    if (action !== undefined) {
      if (result.action === 'serve' || action === 'help') result.action = action
    } else if (flag === 'option') {
      readOption(value, result.options, refuse)
    } else if (setting === undefined) {
      unknownAt = token.index
      refuse(
        shown,
        'is not a known flag.',
        didYouMean(
          shown,
          known.map((name) => `--${name}`),
        ),
      )
    } else if (!isFrom(setting, 'flag')) {
      refuse(
        shown,
        'is not taken from the command line, where every user of the machine can read it.',
        `Use the environment variable ${environmentName(setting)}.`,
      )
    } else if (!isOf(setting, app)) {
      refuse(shown, `belongs to ${OTHER_APP[app]}.`)
    } else if (isSwitch(setting)) {
      result.flags[setting] = value ?? 'true'
    } else if (value === undefined || (!token.inlineValue && /^--?[a-z]/i.test(value))) {
      refuse(shown, 'needs a value.', `Write ${shown}=VALUE.`)
    } else {
      result.flags[setting] = value
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return result
}

function readOption(
  text: string | undefined,
  options: Record<string, string>,
  refuse: (name: string, message: string, hint: string) => void,
): void {
  const cut = text?.indexOf('=') ?? -1
  if (text === undefined || cut < 1)
    refuse('--option', 'needs a name and a value.', 'Write --option name=value.')
  else options[text.slice(0, cut)] = text.slice(cut + 1)
}
