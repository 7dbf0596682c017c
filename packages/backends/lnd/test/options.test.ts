import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { backendModule } from '../src/index.ts'
import { checkOptions, type LndBackendOptions, lndOptions, loadConnection } from '../src/options.ts'
import { fixture } from './fixtures.ts'

const macaroon = fixture<Record<string, string>>('macaroons')['spend']!
const bytes = Buffer.from(macaroon, 'hex')
const certFile = join(import.meta.dirname, 'fixtures', 'proxy.cert')
const pem = readFileSync(certFile, 'utf8')
const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
const uri = (parameters: string): string => `lndconnect://node.example:10009?${parameters}`

describe('options', () => {
  const forms: { name: string; given: LndBackendOptions }[] = [
    { name: 'hex', given: { macaroon } },
    { name: 'upper-case hex with a line end', given: { macaroon: `${macaroon.toUpperCase()}\n` } },
    { name: 'base64', given: { macaroon: bytes.toString('base64') } },
    { name: 'base64url', given: { macaroon: bytes.toString('base64url') } },
    { name: 'a URI', given: { connectUri: uri(`macaroon=${bytes.toString('base64url')}`) } },
  ]
  test.each(forms)('a macaroon is taken as $name', async ({ given }) => {
    const connection = await loadConnection(checkOptions(given))
    expect(connection.macaroon.reveal().equals(bytes)).toBe(true)
    expect(connection.certificate).toBeUndefined()
  })

  const certificates: { name: string; given: LndBackendOptions }[] = [
    { name: 'a file', given: { macaroon, certFile } },
    { name: 'PEM', given: { macaroon, cert: pem } },
    { name: 'PEM with written-out line ends', given: { macaroon, cert: pem.replaceAll('\n', '\\n') } },
    { name: 'base64 of PEM', given: { macaroon, cert: Buffer.from(pem).toString('base64') } },
    { name: 'hex of PEM', given: { macaroon, cert: Buffer.from(pem).toString('hex') } },
    { name: 'base64 of DER', given: { macaroon, cert: der.toString('base64') } },
    { name: 'a URI', given: { connectUri: uri(`cert=${der.toString('base64url')}&macaroon=${macaroon}`) } },
  ]
  test.each(certificates)('a certificate is taken as $name', async ({ given }) => {
    const { certificate } = await loadConnection(checkOptions(given))
    expect(certificate?.toString().trim()).toBe(pem.trim())
  })

  test.each([
    [undefined, 'localhost', 10009],
    ['127.0.0.1:10011', '127.0.0.1', 10011],
    ['node.example', 'node.example', 10009],
    ['https://node.example:10009/', 'node.example', 10009],
    ['[::1]:10009', '::1', 10009],
  ])('the socket %s is %s, port %i', (socket, host, port) => {
    expect(checkOptions({ macaroon, ...(socket === undefined ? {} : { socket }) })).toMatchObject({
      host,
      port,
    })
  })

  const refused: { name: string; given: LndBackendOptions }[] = [
    { name: 'no macaroon', given: {} },
    { name: 'two macaroons', given: { macaroon, macaroonFile: '/x' } },
    { name: 'two certificates', given: { macaroon, cert: pem, certFile } },
    { name: 'a URI and more', given: { connectUri: uri(`macaroon=${macaroon}`), socket: 'x:1' } },
    { name: 'a URI without macaroon', given: { connectUri: uri('') } },
    { name: 'another URI', given: { connectUri: `https://node.example?macaroon=${macaroon}` } },
    { name: 'no URI', given: { connectUri: `lndconnect ${macaroon}` } },
    { name: 'a path as macaroon', given: { macaroon: '/home/me/admin.macaroon' } },
    { name: 'text as macaroon', given: { macaroon: 'näh' } },
    { name: 'a key as certificate', given: { macaroon, cert: 'AAAA' } },
    { name: 'a port beyond all', given: { macaroon, socket: 'x:99999' } },
    { name: 'a socket with a path', given: { macaroon, socket: 'x:1/v1' } },
  ]
  test.each(refused)('$name is refused, and nothing secret is told', ({ given }) => {
    try {
      checkOptions(given)
      expect.unreachable()
    } catch (error) {
      if (!LightningError.is(error)) throw error
      expect(error.code).toBe('invalid_request')
      expect(error.hint).toBeTruthy()
      expect(`${error.message}${error.hint}${error.stack}${String(error.cause)}`).not.toContain(macaroon)
    }
  })

  test('a file that is missing is named', async () => {
    await expect(loadConnection(checkOptions({ macaroonFile: '/no/such.macaroon' }))).rejects.toThrow(
      'the macaroon cannot be read at /no/such.macaroon: there is no such file',
    )
  })

  test('what holds a credential is secret', () => {
    expect(
      Object.entries(lndOptions)
        .filter(([, { secret }]) => secret)
        .map(([name]) => name),
    ).toEqual(['macaroon', 'connectUri'])
    expect(backendModule.options).toBe(lndOptions)
  })

  test.each([
    { name: 'spend', pays: 'native', invoices: 'native' },
    { name: 'receiveOnly', pays: 'none', invoices: 'native' },
    { name: 'readOnly', pays: 'none', invoices: 'none' },
    { name: 'admin', pays: 'native', invoices: 'native' },
  ])('the module reads offline what $name may do', async ({ name, pays, invoices }) => {
    const options = { macaroon: fixture<Record<string, string>>('macaroons')[name]! }
    const capabilities = await backendModule.readCredential?.(options)
    expect(capabilities).toMatchObject({ payInvoice: pays, createInvoice: invoices })
  })

  test('a macaroon that cannot be read is no answer', async () => {
    await expect(backendModule.readCredential?.({ macaroonFile: '/no/such/file' })).rejects.toThrow()
  })
})
