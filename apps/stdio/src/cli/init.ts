import { existsSync } from 'node:fs'
import { chmod, link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Config, ConfigError, configFolder, loadConfig, parseArguments } from '@lightning-mcp/config'
import { checkBackendOptions, ownCommand, shellCommand } from '@lightning-mcp/runtime'
import type { Invocation } from '../program.ts'
import { clientSettings } from './client-settings.ts'
import { collectSettings, type FileContent } from './collect-settings.ts'
import { openQuestions } from './questions.ts'

/**
 * Writes a configuration file that only its owner can read and prints how clients use it. Asks on the
 * terminal; with `--yes` it takes flags and environment as they are. `--force` replaces a file.
 */
export async function init({ argv, env, cwd }: Invocation): Promise<number> {
  const own = new Set(['--yes', '--force'])
  const args = parseArguments({ argv: argv.filter((argument) => !own.has(argument)), app: 'stdio' })
  const path = resolve(cwd, args.flags.config ?? join(configFolder(env), 'config.json'))
  const replace = argv.includes('--force')
  const exists = () => {
    process.stderr.write(
      `lightning-mcp: ${path} exists. Replace it with --force, or choose another with --config.\n`,
    )
    return 1
  }
  // before anybody answers questions in vain; whoever writes it meanwhile is met below
  if (!replace && existsSync(path)) return exists()
  const questions = argv.includes('--yes')
    ? undefined
    : openQuestions({ input: process.stdin, output: process.stderr })
  let content: FileContent
  try {
    content = await collectSettings({
      args,
      argv,
      env,
      cwd,
      ...(questions === undefined ? {} : { questions }),
    })
  } finally {
    questions?.close()
  }
  if (!(await writeChecked(path, content, { cwd, env, replace }))) return exists()
  const settings = clientSettings(ownCommand(['--config', path]))
  const blocks = settings.map(({ client, place, text }) => `## ${client}: ${place}\n\n${text}\n`)
  const command = (...words: string[]): string => shellCommand(ownCommand([...words, '--config', path]))
  const isReal = content.backend !== 'simulator'
  process.stdout.write(
    [
      [
        `Written: ${path} (only you can read it).\n`,
        isReal ? `Before it spends, make the owner's key and its ledger: ${command('owner', 'init')}\n` : '',
        `Check it with: ${command('doctor')}\n`,
        content.toolsets === undefined
          ? 'It offers the wallet’s tools. For channels, coins and offers too: "toolsets": ["all"] in that file.\n'
          : '',
      ].join(''),
      ...blocks,
    ].join('\n'),
  )
  return 0
}

/** Writes beside the place, reads it back as the server would, and only then puts it there. */
async function writeChecked(
  path: string,
  content: FileContent,
  { cwd, env, replace }: Pick<Invocation, 'cwd' | 'env'> & { replace: boolean },
): Promise<boolean> {
  const draft = `${path}.${process.pid}.draft`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await chmod(draft, 0o600)
    // the file must be whole by itself: a client starts the server without this terminal's environment
    await checkOptions(
      await loadConfig({ argv: ['--config', draft], env: { HOME: env['HOME'] }, cwd, app: 'stdio' }),
    )
    if (replace) await rename(draft, path)
    else await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Refuses options that cannot work together; tells of a credential what can be seen without asking the node. */
async function checkOptions(config: Config): Promise<void> {
  const { misfit, unreadable } = await checkBackendOptions(config)
  if (misfit !== undefined) {
    const { message, hint } = misfit
    throw new ConfigError([
      {
        source: 'file',
        name: `backend ${config.backend.name}`,
        message: `${message}.`,
        ...(hint === undefined ? {} : { hint }),
      },
    ])
  }
  if (unreadable !== undefined)
    process.stderr.write(`lightning-mcp: note: ${unreadable.message}. ${unreadable.hint ?? ''}\n`)
}
