import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send, startApp, toolCall } from './support/fixture-app.ts'

const nested = (depth: number): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${'['.repeat(depth)}${']'.repeat(depth)}}`

/** Writes bytes to the port and answers all that comes back until the server closes. */
const drip = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })

describe('what a body may be', () => {
  let server: Awaited<ReturnType<typeof startApp>>
  beforeAll(async () => {
    server = await startApp()
  })
  afterAll(() => server.app.close())

  test.each([
    { name: 'half an object', body: '{"jsonrpc":"2.0","id":1', status: 400, code: -32700 },
    { name: 'no body', body: '', status: 400, code: -32700 },
    { name: 'a word', body: 'hello', status: 400, code: -32700 },
    { name: 'control characters', body: '\u0000\u0001', status: 400, code: -32700 },
    { name: 'broken UTF-8 in a name', body: '{"a\uD800":', status: 400, code: -32700 },
    { name: 'a hundred levels', body: nested(100), status: 400, code: -32700 },
    { name: 'a hundred thousand levels', body: '['.repeat(100_000), status: 400, code: -32700 },
    {
      name: 'two megabytes',
      body: toolCall('echo', { text: 'x'.repeat(2_000_000) }),
      status: 413,
      code: -32000,
    },
    { name: 'null', body: 'null', status: 400, code: -32600 },
    { name: 'a number', body: '1', status: 400, code: -32600 },
    { name: 'an empty batch', body: '[]', status: 400, code: -32600 },
    { name: 'an object of no protocol', body: '{}', status: 400, code: -32600 },
  ])('$name is answered $status', async ({ body, status, code }) => {
    const answer = await send(server.port, { body })
    expect({ status: answer.status, code: JSON.parse(answer.text).error.code }).toEqual({ status, code })
    expect(answer.text).not.toMatch(/\bat .*:\d+:\d+/)
  })

  test('brackets inside a string are not levels', async () => {
    const answer = await send(server.port, { body: toolCall('echo', { text: `\\"${'['.repeat(1_000)}` }) })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('1002')
  })

  test('a string of a million characters reaches its tool', async () => {
    const answer = await send(server.port, { body: toolCall('echo', { text: 'x'.repeat(1_000_000) }) })
    expect(answer.text).toContain('1000000')
  })

  test('no JSON at all makes the server fail', async () => {
    const message = fc.record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
        id: fc.jsonValue(),
        method: fc.oneof(fc.constantFrom('tools/call', 'tools/list', 'initialize'), fc.string()),
        params: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.array(message), fc.jsonValue()), async (body) => {
        const { status } = await send(server.port, { body: JSON.stringify(body) })
        expect(status).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
    expect((await send(server.port, { body: toolCall('echo', { text: 'hi' }) })).status).toBe(200)
  })

  test('another content type is answered 415', async () => {
    const answer = await send(server.port, {
      headers: { 'content-type': 'text/plain' },
      body: toolCall('echo', { text: 'hi' }),
    })
    expect(answer.status).toBe(415)
  })

  test('a tool that throws leaves the server alive', async () => {
    const crash = await send(server.port, { body: toolCall('crash') })
    expect(crash.text).toContain('"isError":true')
    expect((await send(server.port, { body: toolCall('echo', { text: 'hi' }) })).status).toBe(200)
  })

  test('an unknown session id is ignored', async () => {
    const answer = await send(server.port, {
      headers: { 'mcp-session-id': 'of-an-earlier-life' },
      body: toolCall('echo', { text: 'hi' }),
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['mcp-session-id']).toBeUndefined()
  })

  test('a URL that cannot be read is not repeated', async () => {
    const answer = await send(server.port, { method: 'GET', path: '/%zz-canary' })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('canary')
  })

  test('a path that is not served says where MCP is', async () => {
    const answer = await send(server.port, { path: '/' })
    expect(answer.status).toBe(404)
    expect(answer.text).toContain('/mcp')
  })
})

describe('slow callers', () => {
  test.each([
    { name: 'half a head', bytes: 'POST /mcp HTTP/1.1\r\nHost: localhost\r\n' },
    {
      name: 'half a body',
      bytes:
        'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    },
  ])('$name is cut off with 408', async ({ bytes }) => {
    const server = await startApp({
      limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 50 },
    })
    try {
      expect(await drip(server.port, bytes)).toMatch(/^HTTP\/1.1 408/)
      expect((await send(server.port, { body: toolCall('echo', { text: 'hi' }) })).status).toBe(200)
    } finally {
      await server.app.close()
    }
  })

  test('an idle connection outlives the five seconds of Node', async () => {
    const server = await startApp()
    try {
      const answer = await send(server.port, {
        method: 'GET',
        path: '/healthz',
        headers: { connection: 'keep-alive' },
      })
      expect(answer.headers['keep-alive']).toBe('timeout=75')
    } finally {
      await server.app.close()
    }
  })
})
