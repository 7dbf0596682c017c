import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { encodeInvoice } from '@lightning-mcp/codec'
import { LightningError, msat, paymentHash } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClnBackendOptions, createClnBackend } from '../src/index.ts'
import { captured } from './captured.ts'
import { fail, type ScriptedNode, silence, startScriptedNode } from './scripted-node.ts'

const rune = 'xFldEPt_R2u5GD5smbmyVmfkcmQuy-ozgwkd4mqxG4w9MQ=='
const hash = paymentHash('11'.repeat(32))

const opened: { close(): Promise<void> }[] = []
const servers: { close(): void; sockets: Set<Socket> }[] = []
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cln-faults-'))
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.close()))
  for (const { close, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy()
    close()
  }
  rmSync(folder, { recursive: true, force: true })
})

const open = (options: ClnBackendOptions) => {
  const backend = createClnBackend(options)
  opened.push(backend)
  return backend
}

/** The error of connecting, as a user sees it. */
async function refusal(options: ClnBackendOptions, call = 'connect' as 'connect' | 'getInfo') {
  const error: unknown = await open(options)
    [call]()
    .then(() => undefined)
    .catch((caught: unknown) => caught)
  expect(LightningError.is(error), String(error)).toBe(true)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(rune)
  const { code, message, hint } = error as LightningError
  expect(hint, 'what to fix').not.toBe('')
  expect(hint, 'what to fix').toBeDefined()
  return `${code}: ${message}`
}

function listen(server: Server, where: string | number): Promise<Server> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  servers.push({ close: () => server.close(), sockets })
  return new Promise((resolve) =>
    typeof where === 'number'
      ? server.listen(where, '127.0.0.1', () => resolve(server))
      : server.listen(where, () => resolve(server)),
  )
}

/** A socket whose every answer is this text. */
async function answering(text: string, { end = false } = {}): Promise<ClnBackendOptions> {
  const socket = join(folder, 'rpc')
  await listen(
    createServer((connection) =>
      connection.on('data', () => {
        if (end) connection.end(text)
        else connection.write(text)
      }),
    ),
    socket,
  )
  return { socket }
}

describe('the socket', () => {
  test('no file there', async () => {
    expect(await refusal({ socket: join(folder, 'none') })).toMatchInlineSnapshot(
      `"unavailable: there is no socket at the path of CLN_SOCKET"`,
    )
  })

  test('a file, and nobody listens', async () => {
    writeFileSync(join(folder, 'file'), '')
    expect(await refusal({ socket: join(folder, 'file') })).toMatchInlineSnapshot(
      `"unavailable: nobody listens at the socket of CLN_SOCKET"`,
    )
  })

  test('HTML instead of JSON', async () => {
    const html = 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>\n\n'
    expect(await refusal(await answering(html))).toMatchInlineSnapshot(
      `"protocol_error: something other than Core Lightning answers"`,
    )
  })

  test('JSON cut in the middle', async () => {
    expect(
      await refusal(await answering('{"jsonrpc":"2.0","id":1,"result":{"id":"02', { end: true })),
    ).toMatchInlineSnapshot(
      `"unavailable: the connection to Core Lightning broke in the middle of its answer"`,
    )
  })

  test('broken JSON', async () => {
    expect(
      await refusal(await answering('{"jsonrpc":"2.0","id":1,"result":{"id":]}\n\n')),
    ).toMatchInlineSnapshot(`"protocol_error: Core Lightning's answer could not be read"`)
  })

  test('an answer of 10 MB', async () => {
    const huge = `{"jsonrpc":"2.0","id":1,"result":{"id":"${'x'.repeat(10_000_000)}"}}\n\n`
    expect(await refusal(await answering(huge))).toMatchInlineSnapshot(
      `"protocol_error: the answer is larger than 8 MiB"`,
    )
  })

  test('closed without a word, as for broken requests', async () => {
    expect(await refusal(await answering('', { end: true }))).toMatchInlineSnapshot(
      `"unavailable: the connection to Core Lightning broke before it answered"`,
    )
  })

  test('a slow drip ends at the deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      let dripping = (): void => {}
      const dripped = new Promise<void>((resolve) => {
        dripping = resolve
      })
      const socket = join(folder, 'rpc')
      await listen(
        createServer((connection) => {
          connection.on('data', () => {
            connection.write('{"jsonrpc"')
            dripping()
          })
        }),
        socket,
      )
      const refused = refusal({ socket })
      await dripped
      await vi.advanceTimersByTimeAsync(10_001)
      expect(await refused).toMatchInlineSnapshot(`"unavailable: Core Lightning did not answer in time"`)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the node', () => {
  let node: ScriptedNode

  beforeEach(async () => {
    node = await startScriptedNode()
  })

  afterEach(() => node.close())

  const info = (changes: object) =>
    node.on('getinfo', () => ({ ...captured<object>('getinfo-channels'), ...changes }))

  test('a network that is none of ours', async () => {
    info({ network: 'liquid' })
    expect(await refusal({ socket: node.socket })).toMatchInlineSnapshot(
      `"unsupported: Core Lightning runs on a network that is not known here"`,
    )
  })

  test('too old a version', async () => {
    info({ version: 'v23.08.1' })
    expect(await refusal({ socket: node.socket })).toMatchInlineSnapshot(
      `"unsupported: Core Lightning v23.08.1 is too old"`,
    )
  })

  test('another node behind the same socket after a break', async () => {
    const backend = open({ socket: node.socket })
    await backend.connect()
    info({ id: `02${'ab'.repeat(32)}` })
    for (const socket of node.sockets) socket.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    await backend.getBalance().catch(() => {})
    await expect(backend.getBalance()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('a connection that broke is made again', async () => {
    node.on('listpeerchannels', () => captured('listpeerchannels-normal'))
    node.on('listfunds', () => captured('listfunds-channel'))
    const backend = open({ socket: node.socket })
    await backend.connect()
    const [first] = node.sockets
    first?.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    await backend.getBalance().catch(() => {})
    expect((await backend.getBalance()).spendableMsat).toBe(1_975_709_000n)
  })

  test('answers overtake each other', async () => {
    node.on('listinvoices', async ({ payment_hash }) => {
      if (payment_hash === hash) await new Promise((resolve) => setImmediate(resolve))
      return { invoices: [] }
    })
    const backend = open({ socket: node.socket })
    const order: string[] = []
    await Promise.all([
      backend.lookupInvoice({ paymentHash: hash }).then(() => order.push('slow')),
      backend.lookupInvoice({ paymentHash: paymentHash('22'.repeat(32)) }).then(() => order.push('quick')),
    ])
    expect(order).toEqual(['quick', 'slow'])
    expect(node.sockets.size).toBe(1)
  })

  test('an aborted read rejects with the reason', async () => {
    node.on('listinvoices', silence)
    const backend = open({ socket: node.socket })
    await backend.connect()
    const reason = new Error('no longer needed')
    const caller = new AbortController()
    const reading = backend.lookupInvoice({ paymentHash: hash, signal: caller.signal })
    caller.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })

  test('control characters are refused before sending', async () => {
    const backend = open({ socket: node.socket })
    await backend.connect()
    const before = node.calls.length
    for (const description of ['bell \u0007', 'half \ud83d', 'escape \u001b[2J'])
      await expect(backend.createInvoice({ description, expirySeconds: 60 })).rejects.toMatchObject({
        code: 'invalid_request',
        sent: 'no',
      })
    expect(node.calls.length).toBe(before)
  })

  test('raw UTF-8, line ends, quotes and backslashes go out as they are', async () => {
    node.on('invoice', () => captured('invoice'))
    const description = 'caffè ☕ "q" \\ \\u0041 \n b'
    await open({ socket: node.socket }).createInvoice({ description, expirySeconds: 3600 })
    expect(node.called('invoice')[0]?.params['description']).toBe(description)
  })

  test('an unknown error is told with the words of the node, redacted', async () => {
    node.on('listinvoices', () => fail(4711, `strange ${rune}`))
    const error = await open({ socket: node.socket })
      .lookupInvoice({ paymentHash: hash })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'protocol_error',
      backend: { code: '4711', message: 'strange [redacted]' },
    })
  })
})

describe('clnrest', () => {
  type Handler = (request: IncomingMessage, response: ServerResponse) => void

  async function serving(handler: Handler): Promise<ClnBackendOptions> {
    const server = await listen(createHttpServer(handler), 0)
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, rune }
  }

  interface RestCapture {
    status: number
    content_type: string
    json: unknown
  }

  const replay = (name: string) => {
    const { status, content_type, json } = captured<RestCapture>(name)
    return serving((_request, response) => {
      response.writeHead(status, { 'Content-Type': content_type }).end(JSON.stringify(json))
    })
  }

  test('a call is one POST with the rune', async () => {
    const seen: unknown[] = []
    const { status, json } = captured<RestCapture>('rest-getinfo')
    const options = await serving((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['rune'], body])
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json))
      })
    })
    expect((await open(options).getInfo()).nodeId).toMatch(/^038fbff560/)
    expect(seen.at(-1)).toEqual(['POST', '/v1/getinfo', rune, '{}'])
  })

  test.each([
    ['rest-no-rune', 'unauthenticated: clnrest wants a rune'],
    ['rest-bad-rune', 'unauthenticated: Core Lightning does not accept the rune'],
    ['rest-readonly-denied', 'permission_denied: the rune does not allow this'],
    ['rest-unknown-method', 'unsupported: this Core Lightning does not know the call'],
  ])('%s', async (name, expected) => {
    expect(await refusal(await replay(name))).toBe(expected)
  })

  test('a rune that is used too often', async () => {
    const options = await serving((_request, response) => {
      const body = { code: 1502, data: null, message: 'Not permitted: Rate of 60 per minute exceeded' }
      response.writeHead(401, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    })
    expect(await refusal(options)).toBe('rate_limited: the rune may not be used more often for now')
  })

  test('nobody listens at the port', async () => {
    const server = await listen(createServer(), 0)
    const { port } = server.address() as AddressInfo
    await new Promise<void>((resolve) => server.close(() => resolve()))
    expect(await refusal({ url: `https://127.0.0.1:${port}`, rune })).toMatchInlineSnapshot(
      `"unavailable: nobody listens at the host and port of clnrest"`,
    )
  })

  test('a host that does not exist', async () => {
    expect(await refusal({ url: 'https://no-such-host.invalid:3010', rune })).toMatchInlineSnapshot(
      `"unavailable: the host name of clnrest cannot be resolved"`,
    )
  })

  test('no TLS at the port', async () => {
    const { url } = await serving((_request, response) => response.end())
    expect(await refusal({ url: String(url).replace('http:', 'https:'), rune })).toMatchInlineSnapshot(
      `"unavailable: no TLS is spoken at this port"`,
    )
  })

  test('HTML instead of JSON', async () => {
    const options = await serving((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Welcome</html>')
    })
    expect(await refusal(options)).toMatchInlineSnapshot(
      `"protocol_error: something other than Core Lightning answers"`,
    )
  })

  test('a proxy without clnrest behind it', async () => {
    const options = await serving((_request, response) =>
      response.writeHead(502).end('<html>Bad Gateway</html>'),
    )
    expect(await refusal(options)).toMatchInlineSnapshot(
      `"unavailable: a proxy before clnrest could not reach it"`,
    )
  })

  test('JSON cut in the middle', async () => {
    const options = await serving((_request, response) => {
      response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': 500 })
      response.write('{"id":"02', () => response.destroy())
    })
    expect(await refusal(options)).toMatchInlineSnapshot(
      `"unavailable: the connection to Core Lightning broke in the middle of its answer"`,
    )
  })

  test('broken JSON', async () => {
    const options = await serving((_request, response) => {
      response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"id":]')
    })
    expect(await refusal(options)).toMatchInlineSnapshot(
      `"protocol_error: Core Lightning's answer could not be read"`,
    )
  })

  test('an answer of 10 MB', async () => {
    const options = await serving((_request, response) => {
      response
        .writeHead(201, { 'Content-Type': 'application/json' })
        .end(`{"id":"${'x'.repeat(10_000_000)}"}`)
    })
    expect(await refusal(options)).toMatchInlineSnapshot(`"protocol_error: the answer is larger than 8 MiB"`)
  })

  test('too many requests', async () => {
    const options = await serving((_request, response) => response.writeHead(429).end())
    expect(await refusal(options)).toMatchInlineSnapshot(
      `"rate_limited: a proxy before clnrest refuses more requests for now"`,
    )
  })

  test('too many requests, said of a payment, is no proof that it was not passed on', async () => {
    const answers: Readonly<Record<string, object | undefined>> = {
      '/v1/getinfo': captured('getinfo-channels'),
      '/v1/help': captured('help-all'),
    }
    const options = await serving(({ url = '' }, response) => {
      const answer = answers[url]
      if (answer === undefined) response.writeHead(429).end()
      else response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
    })
    const invoice = encodeInvoice(
      {
        network: 'regtest',
        paymentHash: paymentHash('07'.repeat(32)),
        paymentSecret: '22'.repeat(32),
        amountMsat: msat(100_000n),
        description: 'scripted',
        createdAt: Math.floor(Date.now() / 1000),
        expirySeconds: 3600,
      },
      '11'.repeat(32),
    )
    expect(await open(options).payInvoice({ invoice, maxFeeMsat: msat(0n) })).toMatchObject({
      status: 'unknown',
    })
  })

  test('a rune that is over is not sent', async () => {
    const options = await serving((_request, response) => response.end())
    const bytes = Buffer.concat([Buffer.alloc(32), Buffer.from('=1&time<1000')])
    expect(await refusal({ ...options, rune: bytes.toString('base64url') })).toBe(
      'unauthenticated: the rune ran out at 1970-01-01T00:16:40.000Z',
    )
  })

  test('a rune without getinfo says so itself', async () => {
    const options = await serving((_request, response) => response.end())
    const bytes = Buffer.concat([Buffer.alloc(32), Buffer.from('=1&method=invoice')])
    expect(await refusal({ ...options, rune: bytes.toString('base64url') })).toMatchInlineSnapshot(
      `"permission_denied: the rune does not allow getinfo, without which node and network cannot be known"`,
    )
  })
})
