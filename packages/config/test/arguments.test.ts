import { describe, expect, it } from 'vitest'
import { splitCommand } from '../src/index.ts'

describe('a command on the command line', () => {
  const commands = ['doctor', 'init'] as const
  const cases: { argv: string[]; command: string | undefined; rest: string[] }[] = [
    { argv: [], command: undefined, rest: [] },
    { argv: ['doctor'], command: 'doctor', rest: [] },
    { argv: ['doctor', '--json'], command: 'doctor', rest: ['--json'] },
    { argv: ['--json', 'doctor'], command: 'doctor', rest: ['--json'] },
    { argv: ['--backend', 'lnd', 'doctor'], command: 'doctor', rest: ['--backend', 'lnd'] },
    { argv: ['--backend', 'doctor'], command: undefined, rest: ['--backend', 'doctor'] },
    { argv: ['--read-only', 'init'], command: 'init', rest: ['--read-only'] },
    { argv: ['other', 'init'], command: 'init', rest: ['other'] },
    { argv: ['init', 'doctor'], command: 'init', rest: ['doctor'] },
  ]
  it.each(cases)('is found in $argv', ({ argv, command, rest }) => {
    const found = splitCommand({ argv, commands })
    expect({ command: found.command, rest: found.rest }).toEqual({ command, rest })
  })
})
