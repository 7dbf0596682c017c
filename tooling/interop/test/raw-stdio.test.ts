import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverCommand } from '../servers/commands.ts'

const { command, args, env } = serverCommand('stdio', ['--backend', 'simulator'])

const GARBAGE: readonly { name: string; line: string }[] = [
  { name: 'half an object', line: '{"jsonrpc":"2.0","id":1' },
  { name: 'a word', line: 'hello' },
  { name: 'an empty line', line: '' },
  { name: 'null', line: 'null' },
  { name: 'a number', line: '1' },
  { name: 'an empty batch', line: '[]' },
  { name: 'an object of no protocol', line: '{}' },
  { name: 'control characters', line: '\u0000\u0001\u001b[2J' },
  { name: 'half a surrogate pair', line: '{"jsonrpc":"2.0","id":1,"method":"\ud800"}' },
  { name: 'a hundred thousand levels', line: '['.repeat(100_000) },
  { name: 'a megabyte', line: 'x'.repeat(1_000_000) },
  { name: 'a call of an unknown method', line: '{"jsonrpc":"2.0","id":7,"method":"wallet/steal"}' },
]

describe('what is no message, on stdin', () => {
  let child: ReturnType<typeof spawn>
  let lines: string[]
  let answer: (id: number) => Promise<Record<string, unknown>>
  beforeAll(async () => {
    child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
    lines = []
    const ended = once(child, 'exit').then(([code]) => code as number | null)
    const waiting = new Set<() => void>()
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line)
      for (const check of waiting) check()
    })
    answer = (id) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = lines.map((line) => JSON.parse(line)).find((message) => message.id === id)
          if (found === undefined) return
          waiting.delete(check)
          resolve(found)
        }
        void ended.then((code) => reject(new Error(`the server ended with ${code}`)))
        waiting.add(check)
        check()
      })
    say({
      jsonrpc: '2.0',
      id: 99,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    })
    await answer(99)
    say({ jsonrpc: '2.0', method: 'notifications/initialized' })
  })
  afterAll(async () => {
    if (child.exitCode !== null) return
    child.stdin?.end()
    await once(child, 'exit')
  })

  const say = (message: object | string): void => {
    child.stdin?.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
  }

  test.each(GARBAGE.map((garbage, index) => ({ ...garbage, id: 100 + index })))(
    '$name is survived, and stdout stays clean',
    async ({ line, id }) => {
      say(line)
      say({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'get_wallet_balance', arguments: {} },
      })
      expect(await answer(id)).toMatchObject({
        result: { structuredContent: { balance_sats: expect.any(Number) } },
      })
      for (const written of lines) expect(JSON.parse(written)).toMatchObject({ jsonrpc: '2.0' })
    },
  )
})
