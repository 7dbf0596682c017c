import type { OwnerCommand } from './command.ts'
import { optionsOf } from './command-options.ts'

export const SETTINGS = `Settings (--config, --backend, --data-dir, --owner-dir and so on) are those of the server; give the same
ones, so that the command finds the same records. All of them: lightning-mcp --help
`

export const usageLine = (usage: string): string => `  lightning-mcp ${usage}\n`

/** The help of one command. */
export const commandHelp = (command: OwnerCommand): string =>
  [
    `${command.summary}.\n\nUsage:\n`,
    ...command.usage.map(usageLine),
    ...(command.details === undefined ? [] : [`\n${command.details.trim()}\n`]),
    '\nOptions:\n',
    ...Object.entries(optionsOf(command)).map(
      ([name, { placeholder, description }]) =>
        `  --${name}${placeholder === undefined ? '' : ` ${placeholder}`}\n${wrapped(description)}\n`,
    ),
    `\n${SETTINGS}`,
  ].join('')

const WIDTH = 100
const INDENT = ' '.repeat(6)

/** Text in lines of at most {@link WIDTH} characters. */
function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (INDENT.length + line.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `${INDENT}${line}`).join('\n')
}
