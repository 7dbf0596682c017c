import { describe, expect, it } from 'vitest'
import { splitCommand, splitOptions } from '../src/index.ts'

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

describe("a command's own options", () => {
  const options = { json: { type: 'switch' }, file: { type: 'value' } } as const
  const split = (...argv: string[]) => splitOptions({ argv, options, app: 'stdio' })
  const cases = [
    { argv: [], words: [], values: {}, settings: [] },
    { argv: ['show', 'x', '--json'], words: ['show', 'x'], values: { json: true }, settings: [] },
    { argv: ['--file', 'a', '--file=b'], words: [], values: { file: 'b' }, settings: [] },
    { argv: ['--file', '-', 'x'], words: ['x'], values: { file: '-' }, settings: [] },
    {
      argv: ['--data-dir', 'd', 'x', '--read-only', '--json', '--option', 'a=b', '--backend=lnd'],
      words: ['x'],
      values: { json: true },
      settings: ['--data-dir', 'd', '--read-only', '--option', 'a=b', '--backend=lnd'],
    },
    { argv: ['--data-dir', '--json'], words: [], values: {}, settings: ['--data-dir', '--json'] },
  ]
  it.each(cases)('stand apart from settings in $argv', ({ argv, ...expected }) => {
    expect(split(...argv)).toEqual(expected)
  })

  it.each([
    { argv: ['--flie', 'x'], message: '--flie: is not a known flag. Did you mean --file?' },
    { argv: ['--data-dri=x'], message: '--data-dri: is not a known flag. Did you mean --data-dir?' },
    { argv: ['--port', '1'], message: /^--port: is not a known flag/ },
    { argv: ['--json=yes'], message: '--json: takes no value. Write --json alone.' },
    { argv: ['--file'], message: '--file: needs a value. Write --file=VALUE.' },
    { argv: ['--file', '--json'], message: '--file: needs a value. Write --file=VALUE.' },
    { argv: ['--constructor'], message: /^--constructor: is not a known flag/ },
  ])('are refused in $argv', ({ argv, message }) => {
    expect(() => split(...argv)).toThrow(message)
  })
})
