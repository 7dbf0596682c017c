import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createDestinationResolver, type HostAddress } from '../src/index.ts'
import { createJsonClient } from '../src/json-client.ts'
import { isPublicAddress } from '../src/public-address.ts'
import { refusalOf } from './refusal-of.ts'
import { goodTerms, json, listen, stop } from './service.ts'

const fixture = (name: string) => readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('isPublicAddress', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '0:0:0:0:0:ffff:808:808',
    '64:ff9b::8.8.8.8',
  ])('takes %s', (address) => expect(isPublicAddress(address)).toBe(true))
  test.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::FFFF:A9FE:A9FE',
    '0:0:0:0:0:ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'fec0::1',
    'ff02::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '4000::1',
    'localhost',
    '',
    'example.com',
    '127.1',
    '0x7f000001',
    '2130706433',
    '1.1.1.1.',
    '8.8.8.8/32',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false))

  test('judges an IPv4 address the same in every IPv6 dress', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const bytes = address.split('.').map(Number) as [number, number, number, number]
        const [high, low] = [bytes[0] * 256 + bytes[1], bytes[2] * 256 + bytes[3]].map((n) => n.toString(16))
        for (const dressed of [`::ffff:${address}`, `0:0:0:0:0:ffff:${high}:${low}`, `64:ff9b::${address}`])
          expect(isPublicAddress(dressed)).toBe(isPublicAddress(address))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('without allowPrivateAddresses', () => {
  /** Counts connections; none may ever arrive. */
  async function trap(): Promise<{ port: number; connections: () => number }> {
    let connections = 0
    const server = createTcpServer((socket) => {
      connections++
      socket.destroy()
    })
    closing.push(() => closed(server))
    return { port: await listen(server as never), connections: () => connections }
  }

  test.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '127.1',
    '2130706433',
    '0x7f.1',
  ])('no connection to %s is made', async (host) => {
    const { port, connections } = await trap()
    const error = await refusalOf(createJsonClient({}).get(new URL(`https://${host}:${port}/`)))
    expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' })
    expect(error.message).toContain('public internet')
    expect(connections()).toBe(0)
  })

  test.each<[name: string, found: HostAddress[], code: string]>([
    ['loopback', [{ address: '127.0.0.1', family: 4 }], 'invalid_request'],
    ['a mapped address', [{ address: '::ffff:10.0.0.1', family: 6 }], 'invalid_request'],
    ['the cloud’s metadata service', [{ address: '169.254.169.254', family: 4 }], 'invalid_request'],
    [
      'one private address among public ones',
      [
        { address: '1.1.1.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
      'invalid_request',
    ],
    ['nothing', [], 'unavailable'],
  ])('a name that leads to %s is refused', async (_name, found, code) => {
    const resolver = createDestinationResolver({ lookupHost: async () => found })
    expect(await refusalOf(resolver.describe({ destination: 'alice@pay.example.com' }))).toMatchObject({
      code,
      sent: 'no',
    })
  })

  test('plain http to this machine is refused before any look-up', async () => {
    const { port, connections } = await trap()
    const resolver = createDestinationResolver()
    const error = await refusalOf(resolver.describe({ destination: `http://127.0.0.1:${port}/` }))
    expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' })
    expect(connections()).toBe(0)
  })
})

describe('over TLS', () => {
  async function startTls(): Promise<{ port: number; names: string[] }> {
    const names: string[] = []
    const server = createHttpsServer(
      { key: await fixture('pay-example-com.key.pem'), cert: await fixture('pay-example-com.cert.pem') },
      (request, response) => {
        names.push(request.headers.host ?? '')
        json(() => goodTerms('unused', { callback: 'https://pay.example.com/callback' }))(request, response)
      },
    )
    closing.push(() => stop(server as never))
    return { port: await listen(server as never), names }
  }

  test('a name is looked up once per connection, and the socket goes there', async () => {
    const { port, names } = await startTls()
    const lookups: string[] = []
    const resolver = createDestinationResolver({
      allowPrivateAddresses: true,
      certificateAuthorities: await fixture('pay-example-com.cert.pem'),
      lookupHost: async (name) => {
        lookups.push(name)
        return [{ address: '127.0.0.1', family: 4 }]
      },
    })
    await resolver.describe({ destination: `https://pay.example.com:${port}/x` })
    expect(lookups).toEqual(['pay.example.com'])
    expect(names).toEqual([`pay.example.com:${port}`])
  })

  test.each<[name: string, host: string, trusted: boolean, words: string]>([
    ['an unknown authority', 'pay.example.com', false, 'not trusted'],
    ['another name', 'pay.example.org', true, 'another domain'],
  ])('a certificate of %s is refused', async (_name, host, trusted, words) => {
    const { port, names } = await startTls()
    const resolver = createDestinationResolver({
      allowPrivateAddresses: true,
      lookupHost: async () => [{ address: '127.0.0.1', family: 4 }],
      ...(trusted ? { certificateAuthorities: await fixture('pay-example-com.cert.pem') } : {}),
    })
    const error = await refusalOf(resolver.describe({ destination: `https://${host}:${port}/x` }))
    expect(error).toMatchObject({ code: 'unavailable', sent: 'no', retry: 'after-delay' })
    expect(error.message).toContain(words)
    expect(names).toEqual([])
  })
})

test('a look-up that never answers ends with the time limit', async () => {
  const resolver = createDestinationResolver({ timeoutMs: 50, lookupHost: () => new Promise(() => {}) })
  const error = await refusalOf(resolver.describe({ destination: 'alice@pay.example.com' }))
  expect(error).toMatchObject({ code: 'unavailable', sent: 'no' })
})

test('an onion service is asked through the Tor proxy, by name', async () => {
  const web = createHttpServer(json(() => goodTerms('abcdefghij234567.onion')))
  closing.push(() => stop(web))
  const webPort = await listen(web)
  const asked: string[] = []
  const proxy = createTcpServer((socket) => void socks(socket, webPort, asked))
  closing.push(() => closed(proxy))
  const resolver = createDestinationResolver({
    onionProxy: `socks5://127.0.0.1:${await listen(proxy as never)}`,
  })
  const terms = await resolver.describe({ destination: 'alice@abcdefghij234567.onion' })
  expect(terms).toMatchObject({ domain: 'abcdefghij234567.onion', minMsat: 1000n })
  expect(asked).toEqual(['abcdefghij234567.onion'])
})

/** RFC 1928 as far as Tor speaks it: no authentication, CONNECT by name; everything leads to one port here. */
async function socks(client: Socket, port: number, asked: string[]): Promise<void> {
  client.on('error', () => client.destroy())
  await once(client, 'data')
  client.write(Buffer.from([5, 0]))
  const [request] = (await once(client, 'data')) as [Buffer]
  asked.push(request.subarray(5, 5 + (request[4] as number)).toString())
  const target = connect(port, '127.0.0.1')
  await once(target, 'connect')
  client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
  client.pipe(target).pipe(client)
}

async function closed(server: TcpServer): Promise<void> {
  server.close()
  await once(server, 'close')
}
