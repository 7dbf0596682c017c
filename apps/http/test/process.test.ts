import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type HttpServer,
  type HttpServerOptions,
  launchHttpServer,
  startHttpServer,
} from '../../../tooling/interop/servers/http-server.ts'
import { modernCall, send, toolCall } from './support/fixture-app.ts'
import { openStream } from './support/open-stream.ts'

const SIMULATOR = ['--backend', 'simulator']
const REAL_MONEY = ['--backend', fileURLToPath(new URL('support/real-money-backend.ts', import.meta.url))]
const DEAD = ['--backend', fileURLToPath(new URL('support/dead-backend.ts', import.meta.url))]
const PRINTED = /^ {2}(lmcp_\S{43})$/m

let folder: string
let servers: HttpServer[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http-process-'))
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
})

const start = async (options: HttpServerOptions): Promise<HttpServer & { port: number }> => {
  const server = await startHttpServer(options)
  servers.push(server)
  return { ...server, port: Number(new URL(server.url).port) }
}

/** Runs a start that is meant to end by itself. */
const fail = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const server = launchHttpServer({ args, env })
  const { code } = await server.end()
  return { code, said: server.stderr() }
}

const ask = async (port: number, name: string, args: object = {}, token?: string) => {
  const { headers, body } = modernCall('tools/call', { name, arguments: args })
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return send(port, { headers: { ...headers, ...authorization }, body })
}

describe('the token of a server with real money', () => {
  test('is made at the first start, told once and kept as a hash', async () => {
    const args = [...REAL_MONEY, '--data-dir', folder]
    const first = await start({ args })
    const token = PRINTED.exec(first.stderr())?.[1] ?? ''
    expect((await ask(first.port, 'get_budget', {}, token)).status).toBe(200)
    expect((await ask(first.port, 'get_budget')).status).toBe(401)
    await first.end('SIGTERM')

    const path = join(folder, 'http-token')
    expect(await readFile(path, 'utf8')).toMatch(/^sha256:[0-9a-f]{64}\n$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)

    const second = await start({ args })
    expect(second.stderr()).not.toMatch(/lmcp_/)
    expect((await ask(second.port, 'get_budget', {}, token)).status).toBe(200)
  })

  test('from the environment wins, and no file is made', async () => {
    const token = 'a-token-of-the-owner-0123456789'
    const { port } = await start({
      args: [...REAL_MONEY, '--data-dir', folder],
      env: { LIGHTNING_MCP_TOKEN: token },
    })
    expect((await ask(port, 'get_budget', {}, token)).status).toBe(200)
    expect((await ask(port, 'get_budget')).status).toBe(401)
    await expect(stat(join(folder, 'http-token'))).rejects.toThrow('ENOENT')
  })

  test('is not asked for by the simulator, unless one was given', async () => {
    const open = await start({ args: SIMULATOR })
    expect((await ask(open.port, 'get_budget')).status).toBe(200)
    const named = await start({ args: [...SIMULATOR, '--token-file', join(folder, 'own-token')] })
    expect((await ask(named.port, 'get_wallet_balance')).status).toBe(401)
    const closed = await start({ args: SIMULATOR, env: { LIGHTNING_MCP_TOKEN: 'given-by-the-owner-0123' } })
    expect((await ask(closed.port, 'get_budget')).status).toBe(401)
  })
})

describe('a start that is refused', () => {
  test('on a taken port is told plainly', async () => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const address = blocker.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const { code, said } = await fail([...SIMULATOR, '--port', String(port)])
      expect(code).toBe(1)
      expect(said).toContain(`127.0.0.1:${port} is taken by another program`)
      expect(said).not.toMatch(/\bat .*:\d+:\d+/)
    } finally {
      blocker.close()
    }
  })

  test.each([
    { name: 'a public address', args: ['--host', '0.0.0.0'], code: 1, said: /--behind-proxy/ },
    {
      name: 'a public address with a token',
      args: ['--host', '0.0.0.0'],
      env: { LIGHTNING_MCP_TOKEN: 'given-by-the-owner-0123' },
      code: 1,
      said: /unencrypted/,
    },
    {
      name: 'a public address behind a proxy without a token',
      args: ['--host', '0.0.0.0', '--behind-proxy'],
      code: 1,
      said: /LIGHTNING_MCP_TOKEN/,
    },
    { name: 'an unknown flag', args: ['--prot', '8001'], code: 2, said: /--port/ },
    {
      name: 'a token on the command line',
      args: ['--token', 'secret-secret-secret'],
      code: 2,
      said: /LIGHTNING_MCP_TOKEN/,
    },
    {
      name: 'a tool that does not exist among those to leave out',
      args: ['--exclude-tools', 'pay_invoces'],
      code: 2,
      said: /There is no tool "pay_invoces"\. Did you mean pay_invoice\?/,
    },
    { name: 'a port that is none', args: ['--port', '99999'], code: 2, said: /--port/ },
  ])('$name', async ({ args, env, code, said }) => {
    const result = await fail([...SIMULATOR, ...args], env)
    expect(result.code).toBe(code)
    expect(result.said).toMatch(said)
    expect(result.said).not.toMatch(/\bat .*:\d+:\d+|secret-secret|given-by-the-owner/)
  })
})

describe('a server that dies', () => {
  test('is called again after a restart, without a new handshake', async () => {
    const args = [...SIMULATOR, '--data-dir', folder]
    const first = await start({ args })
    const created = await ask(first.port, 'create_invoice', { amount_sats: 21 })
    const { payment_hash } = JSON.parse(created.text).result.structuredContent
    await first.end('SIGKILL')

    await start({ args: [...args, '--port', String(first.port)] })
    const modern = await ask(first.port, 'get_payment_status', { payment_hash })
    expect(JSON.parse(modern.text).result.structuredContent).toMatchObject({ payment_hash })
    const legacy = await send(first.port, {
      headers: { 'mcp-session-id': 'of-the-dead', 'mcp-protocol-version': '2025-11-25' },
      body: toolCall('get_wallet_balance'),
    })
    expect(legacy.status).toBe(200)
    expect(legacy.text).toContain('balance_sats')
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends it, and a call that waits is told what stands',
    async (signal) => {
      const { port, end } = await start({ args: SIMULATOR })
      const created = await ask(port, 'create_invoice', { amount_sats: 21 })
      const { payment_hash } = JSON.parse(created.text).result.structuredContent
      const waiting = ask(port, 'wait_for_payment', { payment_hash, wait_seconds: 60 })
      await ask(port, 'get_budget')
      expect(await end(signal)).toEqual({ code: 0, signal: null })
      expect((await waiting).text).toContain('"status":"open"')
    },
  )
})

describe('a subscription', () => {
  test('is told that an invoice was paid', async () => {
    const { port } = await start({ args: SIMULATOR })
    const created = await ask(port, 'create_invoice', { amount_sats: 21 })
    const { invoice, payment_hash } = JSON.parse(created.text).result.structuredContent
    const uri = `wallet://invoices/${payment_hash}`
    const stream = await openStream(
      port,
      modernCall('subscriptions/listen', { notifications: { resourceSubscriptions: [uri] } }),
    )
    await stream.until(/acknowledged/)
    await ask(port, 'pay_test_invoice', { invoice })
    await stream.until(new RegExp(`notifications/resources/updated.*${payment_hash}`))
    stream.request.destroy()
  })
})

describe('what a server says', () => {
  test('is ready with the simulator', async () => {
    const { port } = await start({ args: SIMULATOR })
    const answer = await send(port, { method: 'GET', path: '/readyz' })
    expect(JSON.parse(answer.text)).toEqual({ status: 'ready', checks: { store: 'ok', backend: 'ok' } })
    expect(answer.status).toBe(200)
  })

  test('names the reason while its node is down, and stays alive', async () => {
    const token = 'given-by-the-owner-0123'
    const { port } = await start({
      args: [...DEAD, '--data-dir', folder],
      env: { LIGHTNING_MCP_TOKEN: token },
    })
    const answer = await send(port, { method: 'GET', path: '/readyz' })
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text).checks.backend).toMatch(/^unavailable/)
    expect((await send(port, { method: 'GET', path: '/healthz' })).status).toBe(200)
    const call = await ask(port, 'get_wallet_balance', {}, token)
    expect(JSON.parse(call.text).result.structuredContent).toMatchObject({ code: 'unavailable' })
  })

  test('holds no token and no preimage, at any level', async () => {
    const token = 'canary-token-0123456789abcdef'
    const wrong = 'canary-wrong-0123456789abcdef'
    const server = await start({
      args: [...SIMULATOR, '--log-level', 'debug'],
      env: { LIGHTNING_MCP_TOKEN: token },
    })
    const { port } = server
    const made = await ask(port, 'create_test_invoice', { amount_sats: 21 }, token)
    const { invoice } = JSON.parse(made.text).result.structuredContent
    const paid = await ask(port, 'pay_invoice', { invoice }, token)
    const text = paid.text.slice(paid.text.indexOf('{'))
    const { preimage } = JSON.parse(text.split('\n')[0] ?? '').result.structuredContent
    expect(preimage).toMatch(/^[0-9a-f]{64}$/)
    await ask(port, 'get_budget', {}, wrong)
    await send(port, { path: `/mcp?token=${token}`, headers: { authorization: `Bearer ${wrong}` } })
    await send(port, { path: `/${token}`, method: 'GET' })
    await send(port, { headers: { authorization: `Bearer ${token}` }, body: `{"${token}` })
    await server.end('SIGTERM')
    expect(server.stderr()).toContain('refused a wrong token')
    for (const secret of [token, wrong, preimage]) expect(server.stderr()).not.toContain(secret)
  })
})
