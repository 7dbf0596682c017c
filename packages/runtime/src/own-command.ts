import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program and its arguments. */
export interface Command {
  command: string
  args: readonly string[]
}

const IN_CLONE = ['apps/stdio/', 'apps/http/', 'packages/runtime/'].map(
  (folder) => `${sep}${folder.replaceAll('/', sep)}`,
)

/** How the owner's program is started where this one runs: from a clone through its root script, else from npm. */
export function ownCommand(
  settings: readonly string[],
  source: string = fileURLToPath(import.meta.url),
): Command {
  const clone = Math.max(...IN_CLONE.map((folder) => source.lastIndexOf(folder)))
  return clone === -1 || source.includes(`${sep}node_modules${sep}`)
    ? { command: 'npx', args: ['-y', 'lightning-mcp', ...settings] }
    : {
        command: 'npm',
        args: ['run', '-s', '--prefix', source.slice(0, clone), 'stdio', '--', ...settings],
      }
}

/** Quotes an argument for a POSIX shell where it needs it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** As a person types it. */
export const shellCommand = ({ command, args }: Command): string =>
  [command, ...args].map(shellWord).join(' ')
