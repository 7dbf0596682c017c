import { SETTINGS, usageLine } from './command-help.ts'
import { OWNER_COMMANDS } from './owner-commands.ts'

/** What all of the owner's commands are for. */
export async function ownerHelp(): Promise<string> {
  const commands = await Promise.all(
    Object.entries(OWNER_COMMANDS).map(async ([name, load]) => [name, await load()] as const),
  )
  const width = Math.max(...commands.map(([name]) => name.length))
  return [
    'What the owner of a wallet does, and no agent can.\n\nUsage:\n',
    usageLine('owner COMMAND [settings]'),
    '\nCommands, each with --help and --json:\n',
    ...commands.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`),
    `\n${SETTINGS}`,
  ].join('')
}
