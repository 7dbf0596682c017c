import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import { afterAll, describe, expect, test } from 'vitest'
import { backendModule, createEclairBackend, type EclairBackendOptions } from '../src/index.ts'
import { checkOptions, loadConnection } from '../src/options.ts'

const folder = mkdtempSync(join(tmpdir(), 'eclair-options-'))
afterAll(() => rmSync(folder, { recursive: true }))

const password = 'canary-of-the-owner'
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

const refusal = (options: EclairBackendOptions): string => {
  try {
    createEclairBackend(options)
  } catch (error) {
    if (LightningError.is(error)) {
      expect(error.code).toBe('invalid_request')
      return error.message
    }
    throw error
  }
  return expect.fail('it was taken')
}

describe('options', () => {
  test.each<{ name: string; given: EclairBackendOptions; message: RegExp }>([
    { name: 'no password', given: {}, message: /no password was given/ },
    { name: 'two passwords', given: { password, passwordFile: 'x' }, message: /given twice/ },
    { name: 'empty password', given: { password: '' }, message: /is empty/ },
    { name: 'no URL', given: { password, url: 'eclair' }, message: /is not a URL/ },
    { name: 'other protocol', given: { password, url: 'ws://127.0.0.1' }, message: /neither http nor https/ },
    {
      name: 'password in the URL',
      given: { url: `http://:${password}@127.0.0.1` },
      message: /holds a credential/,
    },
    { name: 'query', given: { password, url: 'http://127.0.0.1/?a=b' }, message: /query/ },
    { name: 'plain http elsewhere', given: { password, url: 'http://node.lan:8080' }, message: /plain http/ },
    { name: 'certificate without TLS', given: { password, ca: PEM }, message: /without TLS/ },
    {
      name: 'two certificates',
      given: { password, url: 'https://node.lan', ca: PEM, caFile: 'x' },
      message: /given twice/,
    },
    { name: 'no PEM', given: { password, url: 'https://node.lan', ca: 'MIIB' }, message: /not PEM/ },
  ])('are refused without a credential in the text: $name', ({ given, message }) => {
    const told = refusal(given)
    expect(told).toMatch(message)
    expect(told).not.toContain(password)
  })

  test.each([
    { url: undefined, expected: 'http://127.0.0.1:8080/' },
    { url: 'http://localhost:9000', expected: 'http://localhost:9000/' },
    { url: 'http://[::1]:9000', expected: 'http://[::1]:9000/' },
    { url: 'https://node.example.com/eclair/', expected: 'https://node.example.com/eclair' },
  ])('take $url', ({ url, expected }) => {
    const options = url === undefined ? { password } : { password, url }
    expect(checkOptions(options).url.href).toBe(expected)
  })

  test('take plain http to another machine where the owner says so', () => {
    const { url } = checkOptions({ password, url: 'http://eclair:8080', allowPlainHttp: true })
    expect(url.href).toBe('http://eclair:8080/')
  })

  test('read the password from a file, anew each time, without its line end', async () => {
    const passwordFile = join(folder, 'password')
    const checked = checkOptions({ passwordFile })
    writeFileSync(passwordFile, ' first word\r\n')
    expect((await loadConnection(checked)).password.reveal()).toBe(' first word')
    writeFileSync(passwordFile, 'second')
    expect((await loadConnection(checked)).password.reveal()).toBe('second')
  })

  test.each([
    { name: 'missing', make: () => {}, message: /there is no such file/ },
    { name: 'empty', make: (path: string) => writeFileSync(path, '\n'), message: /is empty/ },
  ])('tell what is wrong with a file: $name', async ({ name, make, message }) => {
    const passwordFile = join(folder, name)
    make(passwordFile)
    await expect(loadConnection(checkOptions({ passwordFile }))).rejects.toThrow(message)
  })

  test.skipIf(process.getuid?.() === 0)('tell that a file may not be read', async () => {
    const passwordFile = join(folder, 'locked')
    writeFileSync(passwordFile, password)
    chmodSync(passwordFile, 0o000)
    await expect(loadConnection(checkOptions({ passwordFile }))).rejects.toThrow(/EACCES/)
  })

  test('name no secret that is not marked as one', () => {
    const secrets = Object.entries(backendModule.options).filter(([, { secret }]) => secret === true)
    expect(secrets.map(([name]) => name)).toEqual(['password'])
  })
})
