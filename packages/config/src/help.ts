import type { BackendModule, BackendOption } from '@lightning-mcp/core'
import { BUILT_IN_BACKENDS } from './backend-registry.ts'
import {
  type App,
  environmentName,
  flagName,
  isFrom,
  isOf,
  isSwitch,
  SETTING_NAMES,
  settingMeta,
} from './settings.ts'

const WIDTH = 96

/** Text in lines of at most {@link WIDTH} characters, each indented. */
function wrap(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n')
}

const entry = (head: string, text: string): string => `  ${head}\n${wrap(text, 6)}`

/** The settings part of `--help`: every flag with its variable, from the schema. */
export function settingsHelp({ app }: { app: App }): string {
  const flags = SETTING_NAMES.filter((name) => isOf(name, app) && isFrom(name, 'flag')).map((name) => {
    const { description, placeholder = '', default: fallback } = settingMeta(name)
    const head = `--${flagName(name)}${isSwitch(name) ? '' : ` ${placeholder}`}`
    return entry(
      head,
      `${description}${fallback === undefined ? '' : ` (default: ${fallback})`} [${environmentName(name)}]`,
    )
  })
  const environmentOnly = SETTING_NAMES.filter(
    (name) => isOf(name, app) && isFrom(name, 'environment') && !isFrom(name, 'flag'),
  ).map((name) => {
    const { description, default: fallback } = settingMeta(name)
    const places = isFrom(name, 'file') ? `environment, or ${name} in the file` : 'environment only'
    return entry(
      environmentName(name),
      `${description}${fallback === undefined ? '' : ` (default: ${fallback})`} [${places}]`,
    )
  })
  return [
    'Settings, each also a variable in the environment or a key of the configuration file (JSON, camelCase);',
    'a flag overrides the environment, which overrides the file:',
    ...flags,
    entry('--option NAME=VALUE', 'An option of the backend; may be repeated'),
    ...environmentOnly,
    '',
    'Instead of serving:',
    entry('--print-config', 'Print what would be used and where it came from, without secrets'),
    entry('--help, --version', 'Print this text, or the version'),
  ].join('\n')
}

/** The options of one backend, from its own list. */
export function backendHelp(module: BackendModule): string {
  const options = Object.entries<BackendOption>(module.options).map(([name, spec]) => {
    const marks = [
      spec.required === true ? 'required' : '',
      spec.secret === true ? 'secret: environment or file only' : '',
      spec.default === undefined ? '' : `default: ${spec.default}`,
    ].filter((mark) => mark !== '')
    const variables = spec.environment === undefined ? '' : ` [${spec.environment.join(', ')}]`
    return entry(name, `${spec.description}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}${variables}`)
  })
  return [`Options of the backend ${module.kind} (${module.title}):`, ...options].join('\n')
}

/** Which backends there are. */
export const backendsHelp = (): string =>
  `Backends: ${BUILT_IN_BACKENDS.join(', ')}, any npm package that exports backendModule, or a path to such a module.\nOptions of one: --backend NAME --help`
