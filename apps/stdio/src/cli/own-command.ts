import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from './client-settings.ts'

/** How a client starts this very program: from a clone through its root script, else from npm. */
export function ownCommand(
  settings: readonly string[],
  source: string = fileURLToPath(import.meta.url),
): Command {
  const clone = source.lastIndexOf(`${sep}apps${sep}stdio${sep}`)
  return clone === -1 || source.includes(`${sep}node_modules${sep}`)
    ? { command: 'npx', args: ['-y', 'lightning-mcp', ...settings] }
    : {
        command: 'npm',
        args: ['run', '-s', '--prefix', source.slice(0, clone), 'stdio', '--', ...settings],
      }
}
