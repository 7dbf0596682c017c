import { readFile, stat } from 'node:fs/promises'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { didYouMean } from './did-you-mean.ts'
import { environmentName, isFrom, SETTING_NAMES, type SettingName } from './settings.ts'

export interface ConfigFile {
  values: Partial<Record<SettingName, unknown>>
  problems: ConfigProblem[]
  /** Whether other users of the machine may read or change it. */
  isOpenToOthers: boolean
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist.',
  EACCES: 'may not be read.',
  EISDIR: 'is a folder.',
}

const broken = (path: string, message: string, hint: string): ConfigError =>
  new ConfigError([{ source: 'file', name: path, message, hint }])

/** Reads a configuration file: one JSON object whose keys are the settings' names. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const [text, { mode }] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    throw broken(
      path,
      REASONS[code] ?? `cannot be read (${code}).`,
      'Give another file with --config, or run init.',
    )
  })
  const content = parseObject(path, text)
  const known = SETTING_NAMES.filter((name) => isFrom(name, 'file'))
  const values: ConfigFile['values'] = {}
  const problems: ConfigProblem[] = []
  for (const [key, value] of Object.entries(content)) {
    const name = known.find((candidate) => candidate === key)
    if (name !== undefined) values[name] = value
    else if (key !== '$schema')
      problems.push({
        source: 'file',
        name: `${path}: ${key.slice(0, 80)}`,
        ...whyNot(key, known),
      })
  }
  return { values, problems, isOpenToOthers: process.platform !== 'win32' && (mode & 0o077) !== 0 }
}

function whyNot(key: string, known: readonly SettingName[]): { message: string; hint: string } {
  const elsewhere = SETTING_NAMES.find((name) => name === key)
  return elsewhere === undefined
    ? { message: 'is not a known setting.', hint: didYouMean(key, known) }
    : { message: 'is not taken from a file.', hint: `Use ${environmentName(elsewhere)}.` }
}

function parseObject(path: string, text: string): object {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    // the parser's message quotes the text, which may hold a secret
    throw broken(path, 'is not valid JSON.', 'Check commas, quotes and brackets.')
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw broken(path, 'must hold one JSON object.', 'Example: { "backend": "lnd" }')
  return content
}
