import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateToken } from '../src/index.ts'
import { send, startApp, toolCall } from './support/fixture-app.ts'

const { token, hash } = generateToken()
const other = generateToken().token

describe('with a token to ask for', () => {
  let server: Awaited<ReturnType<typeof startApp>>
  beforeAll(async () => {
    server = await startApp({ token: hash })
  })
  afterAll(() => server.app.close())

  test.each([
    { name: 'the right token', headers: { authorization: `Bearer ${token}` }, expected: 200 },
    { name: 'the scheme in lower case', headers: { authorization: `bearer ${token}` }, expected: 200 },
    { name: 'no header', headers: {}, expected: 401 },
    { name: 'an empty header', headers: { authorization: '' }, expected: 401 },
    { name: 'another token', headers: { authorization: `Bearer ${other}` }, expected: 401 },
    {
      name: 'a prefix of the token',
      headers: { authorization: `Bearer ${token.slice(0, -1)}` },
      expected: 401,
    },
    { name: 'the token and more', headers: { authorization: `Bearer ${token}a` }, expected: 401 },
    {
      name: 'the token twice',
      headers: { authorization: `Bearer ${token}, Bearer ${token}` },
      expected: 401,
    },
    { name: 'the scheme alone', headers: { authorization: 'Bearer' }, expected: 401 },
    { name: 'the token without a scheme', headers: { authorization: token }, expected: 401 },
    {
      name: 'basic credentials',
      headers: { authorization: `Basic ${btoa(`user:${token}`)}` },
      expected: 401,
    },
    { name: 'another header', headers: { 'x-api-key': token }, expected: 401 },
    {
      name: 'the hash for the token',
      headers: { authorization: `Bearer ${hash.sha256.toString('hex')}` },
      expected: 401,
    },
    { name: 'a very long token', headers: { authorization: `Bearer ${'a'.repeat(8_000)}` }, expected: 401 },
  ])('$name is answered $expected', async ({ headers, expected }) => {
    const answer = await send(server.port, { headers, body: toolCall('echo', { text: 'hi' }) })
    expect(answer.status).toBe(expected)
    if (expected === 401) {
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="lightning-mcp"/)
      expect(JSON.parse(answer.text).error.message).toContain('Authorization: Bearer')
      expect(answer.text).not.toContain(token)
    }
  })

  test.each(['/mcp?token=TOKEN', '/mcp?a=b&access_token=TOKEN', '/mcp?api_key=TOKEN', '/mcp?%74oken=TOKEN'])(
    'a token in the URL is refused: %s',
    async (path) => {
      const answer = await send(server.port, {
        path: path.replace('TOKEN', token),
        headers: { authorization: `Bearer ${token}` },
        body: toolCall('echo', { text: 'hi' }),
      })
      expect(answer.status).toBe(401)
      expect(answer.text).toContain('URL')
    },
  )

  test.each(['GET', 'DELETE'])('%s needs the token as well', async (method) => {
    expect((await send(server.port, { method })).status).toBe(401)
    const answer = await send(server.port, { method, headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('POST')
  })

  test('a body is not read before the token is seen', async () => {
    const answer = await send(server.port, { body: '{ not json' })
    expect(answer.status).toBe(401)
  })

  test.each(['/healthz', '/readyz'])('%s needs no token', async (path) => {
    expect((await send(server.port, { method: 'GET', path })).status).toBe(200)
  })
})

describe('without a token to ask for', () => {
  let server: Awaited<ReturnType<typeof startApp>>
  beforeAll(async () => {
    server = await startApp()
  })
  afterAll(() => server.app.close())

  test('anybody who reaches the port may call', async () => {
    expect((await send(server.port, { body: toolCall('echo', { text: 'hi' }) })).status).toBe(200)
  })

  test('a token in the URL is refused all the same', async () => {
    expect((await send(server.port, { path: '/mcp?token=x', body: toolCall('echo') })).status).toBe(401)
  })
})
