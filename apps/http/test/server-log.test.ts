import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createServerLog, toRuntimeLog } from '../src/server-log.ts'

const capture = () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { lines, stream }
}

describe('the log', () => {
  test('each event is a line of JSON with time, level and message', () => {
    const { lines, stream } = capture()
    toRuntimeLog(createServerLog('info', stream)).warn('node is slow', { waitedMs: 12, amountMsat: 5n })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: 'node is slow',
      waitedMs: 12,
      amountMsat: '5',
    })
  })

  test.each([
    { headers: { authorization: 'Bearer CANARY' } },
    { req: { headers: { authorization: 'Bearer CANARY' }, url: '/mcp?token=CANARY' } },
    { payment: { preimage: 'CANARY' } },
    { token: 'CANARY' },
    { options: { macaroon: 'CANARY' } },
  ])('%j is written without its secret', (fields) => {
    const { lines, stream } = capture()
    createServerLog('info', stream).info(fields, 'event')
    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toContain('CANARY')
  })

  test('a lower level is not written', () => {
    const { lines, stream } = capture()
    createServerLog('warn', stream).info('chatter')
    expect(lines).toEqual([])
  })
})
