import { describe, expect, it } from 'vitest'
import { createLog, type LogLevel } from '../src/index.ts'

const lines = (level: LogLevel): { log: ReturnType<typeof createLog>; said: string[] } => {
  const said: string[] = []
  const now = () => new Date(0)
  return { log: createLog({ level, write: (line) => said.push(line), now }), said }
}

describe('log', () => {
  it('writes one line per event with its fields', () => {
    const { log, said } = lines('info')
    log.info('two\nlines\u001b[2J', { amountMsat: 5n, note: 'a "b" c', absent: undefined, ok: true })
    expect(said).toEqual([
      '1970-01-01T00:00:00.000Z info two lines [2J amountMsat=5 note="a \\"b\\" c" ok=true\n',
    ])
  })

  it.each<{ level: LogLevel; expected: string[] }>([
    { level: 'silent', expected: [] },
    { level: 'error', expected: ['error'] },
    { level: 'warn', expected: ['error', 'warn'] },
    { level: 'info', expected: ['error', 'warn', 'info'] },
    { level: 'debug', expected: ['error', 'warn', 'info', 'debug'] },
  ])('says at $level what is at least as grave', ({ level, expected }) => {
    const { log, said } = lines(level)
    for (const name of ['error', 'warn', 'info', 'debug'] as const) log[name]('x')
    expect(said.map((line) => line.split(' ')[1])).toEqual(expected)
  })
})
