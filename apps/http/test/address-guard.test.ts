import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateToken } from '../src/index.ts'
import { send, startApp, toolCall } from './support/fixture-app.ts'

const { token, hash } = generateToken()
const authorization = `Bearer ${token}`

describe('host and origin lists', () => {
  let server: Awaited<ReturnType<typeof startApp>>
  beforeAll(async () => {
    server = await startApp({
      token: hash,
      allowedHosts: ['Wallet.example.com', 'fd00::1'],
      allowedOrigins: ['https://app.example.com', 'moz-extension://*'],
    })
  })
  afterAll(() => server.app.close())

  test.each([
    { host: 'localhost', expected: 200 },
    { host: 'localhost:9', expected: 200 },
    { host: '127.0.0.1:8001', expected: 200 },
    { host: '[::1]:8001', expected: 200 },
    { host: 'wallet.example.com', expected: 200 },
    { host: 'WALLET.example.com:443', expected: 200 },
    { host: '[fd00::1]:8001', expected: 200 },
    { host: 'evil.example', expected: 403 },
    { host: 'localhost.evil.example', expected: 403 },
    { host: 'evil.example:8001', expected: 403 },
    { host: '127.0.0.1.nip.io', expected: 403 },
    { host: '0.0.0.0', expected: 403 },
    { host: '192.168.1.10', expected: 403 },
    { host: 'localhost@evil.example', expected: 403 },
    { host: 'not a host', expected: 403 },
  ])('Host "$host" is answered $expected', async ({ host, expected }) => {
    const answer = await send(server.port, {
      headers: { host, authorization },
      body: toolCall('echo', { text: 'hi' }),
    })
    expect(answer.status).toBe(expected)
  })

  test.each([
    { origin: 'http://localhost:3000', expected: 200 },
    { origin: 'http://127.0.0.1', expected: 200 },
    { origin: 'https://app.example.com', expected: 200 },
    { origin: 'moz-extension://0f1e2d3c', expected: 200 },
    { origin: 'https://evil.example', expected: 403 },
    { origin: 'https://app.example.com.evil.example', expected: 403 },
    { origin: 'chrome-extension://0f1e2d3c', expected: 403 },
    { origin: 'null', expected: 403 },
    { origin: 'file://', expected: 403 },
  ])('Origin "$origin" is answered $expected', async ({ origin, expected }) => {
    const answer = await send(server.port, {
      headers: { origin, authorization },
      body: toolCall('echo', { text: 'hi' }),
    })
    expect(answer.status).toBe(expected)
  })

  test.each(['/healthz', '/readyz', '/nothing'])('%s is behind the lists too', async (path) => {
    const answer = await send(server.port, { method: 'GET', path, headers: { host: 'evil.example' } })
    expect(answer.status).toBe(403)
  })

  test('a refused host is told before a missing token', async () => {
    expect((await send(server.port, { headers: { host: 'evil.example' } })).status).toBe(403)
  })

  test('an answer names no host that a caller made up', async () => {
    const answer = await send(server.port, { headers: { host: 'evil.example' } })
    expect(answer.text).not.toContain('evil.example')
  })
})
