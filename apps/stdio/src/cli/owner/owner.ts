import { splitCommand } from '@lightning-mcp/config'
import { nearest } from '@lightning-mcp/core'
import type { Invocation } from '../../program.ts'
import { OWNER_COMMANDS, type OwnerCommandName } from './owner-commands.ts'
import { ownerHelp } from './owner-help.ts'
import { runCommand } from './run-command.ts'
import { usageError } from './usage-error.ts'

const NAMES = Object.keys(OWNER_COMMANDS) as OwnerCommandName[]

/** `lightning-mcp owner COMMAND …`. */
export async function owner(invocation: Invocation): Promise<number> {
  const { command, rest } = splitCommand({ argv: invocation.argv, commands: NAMES })
  if (command !== undefined) return runCommand(await OWNER_COMMANDS[command](), { ...invocation, argv: rest })
  const { argv } = invocation
  const meant = nearest(argv[0] ?? '', NAMES)
  if (argv.length > 0 && !argv.includes('--help') && !argv.includes('-h'))
    throw usageError(
      'owner',
      'needs one of its commands.',
      `${meant === undefined ? '' : `Did you mean ${meant}? `}They are: ${NAMES.join(', ')}. See owner --help.`,
    )
  process.stdout.write(await ownerHelp())
  return 0
}

/** `lightning-mcp approvals …`, the same as `owner approvals …`. */
export const approvals = async (invocation: Invocation): Promise<number> =>
  runCommand(await OWNER_COMMANDS.approvals(), invocation)

/** `lightning-mcp audit …`, the same as `owner audit …`. */
export const audit = async (invocation: Invocation): Promise<number> =>
  runCommand(await OWNER_COMMANDS.audit(), invocation)
