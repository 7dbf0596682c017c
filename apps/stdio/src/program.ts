import {
  ConfigError,
  type Environment,
  loadConfig,
  parseArguments,
  splitCommand,
} from '@lightning-mcp/config'
import { serve } from './serve.ts'
import { VERSION } from './version.ts'

/** How the program was called: arguments without node and script. */
export interface Invocation {
  argv: readonly string[]
  env: Environment
  cwd: string
}

/** Commands beside serving; each answers its exit code. Loaded when asked for. */
const COMMANDS = {
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
  init: async () => (await import('./cli/init.ts')).init,
  owner: async () => (await import('./cli/owner/owner.ts')).owner,
  approvals: async () => (await import('./cli/owner/owner.ts')).approvals,
  audit: async () => (await import('./cli/owner/owner.ts')).audit,
} satisfies Record<string, () => Promise<(invocation: Invocation) => Promise<number>>>

/** Of `doctor` and `init`. */
const OWN_FLAGS: readonly string[] = ['--json', '--yes', '--force']

/** Their settings are those of the server, and so is their help; the others have words of their own. */
const SHARING_HELP: readonly string[] = ['doctor', 'init'] satisfies (keyof typeof COMMANDS)[]

export const USAGE_EXIT_CODE = 2

/**
 * The program `lightning-mcp`. A wrong command line is told on stderr and ends it; any other fault at
 * the start is told on stderr and through MCP, since a client shows its user seldom more than that.
 */
export async function main(invocation: Invocation): Promise<void> {
  const { command, rest } = splitCommand({
    argv: invocation.argv,
    commands: Object.keys(COMMANDS) as (keyof typeof COMMANDS)[],
  })
  try {
    if (command !== undefined && SHARING_HELP.includes(command) && rest.includes('--help'))
      await run({ ...invocation, argv: rest.filter((word) => !OWN_FLAGS.includes(word)) })
    else if (command !== undefined)
      process.exitCode = await (await COMMANDS[command]())({ ...invocation, argv: rest })
    else await run(invocation)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const line of error.message.split('\n')) process.stderr.write(`lightning-mcp: ${line}\n`)
    process.exitCode = USAGE_EXIT_CODE
  }
}

async function run(invocation: Invocation): Promise<void> {
  const request = { ...invocation, app: 'stdio' } as const
  const { action } = parseArguments(request)
  if (action === 'version') process.stdout.write(`${VERSION}\n`)
  else if (action === 'help') process.stdout.write(await (await import('./cli/help.ts')).help(invocation))
  else if (action === 'print-config')
    process.stdout.write(
      `${(await import('@lightning-mcp/config')).printConfig(await loadConfig(request))}\n`,
    )
  else await serve(request)
}
