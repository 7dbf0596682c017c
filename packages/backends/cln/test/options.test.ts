import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LightningError } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { type ClnBackendOptions, checkOptions, loadRestConnection } from '../src/options.ts'

const rune = 'xFldEPt_R2u5GD5smbmyVmfkcmQuy-ozgwkd4mqxG4w9MQ=='
const url = 'https://localhost:3010'

test.each<[string, ClnBackendOptions]>([
  ['nothing', {}],
  ['a socket and a URL', { socket: '/x', url }],
  ['an empty socket', { socket: ' ' }],
  ['no rune', { url }],
  ['two runes', { url, rune, runeFile: '/x' }],
  ['two authorities', { url, rune, ca: 'x', caFile: '/x' }],
  ['a rune that is a path', { url, rune: '/home/me/agent.rune' }],
  ['a certificate that is no PEM', { url, rune, ca: 'MIIB' }],
  ['no URL', { url: 'localhost', rune }],
  ['a URL of something else', { url: 'ftp://localhost', rune }],
  ['a URL with a password', { url: `https://me:${rune}@localhost:3010`, rune }],
  ['http to another machine', { url: 'http://node.example.com:3010', rune }],
])('%s is refused without repeating the rune', (_name, options) => {
  const check = (): unknown => checkOptions(options)
  expect(check).toThrow(LightningError)
  try {
    check()
  } catch (error) {
    const { code, message, hint } = error as LightningError
    expect(code).toBe('invalid_request')
    expect(hint).toBeTruthy()
    expect(`${message} ${hint}`).not.toContain(rune)
  }
})

test.each<[string, ClnBackendOptions]>([
  ['https', { url, rune }],
  ['http to this machine', { url: 'http://127.0.0.1:3010', rune }],
  ['http to this machine by IPv6', { url: 'http://[::1]:3010', rune }],
  ['a socket', { socket: '/run/lightning-rpc' }],
])('%s is taken', (_name, options) => {
  expect(() => checkOptions(options)).not.toThrow()
})

test('rune and authority are read anew from their files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cln-options-'))
  try {
    const [runeFile, caFile] = [join(folder, 'rune'), join(folder, 'ca.pem')]
    const checked = checkOptions({ url, runeFile, caFile })
    if ('socket' in checked) throw new Error('not a socket')
    await expect(loadRestConnection(checked)).rejects.toMatchObject({ code: 'invalid_request' })
    writeFileSync(runeFile, `${rune}\n`)
    writeFileSync(caFile, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n')
    const connection = await loadRestConnection(checked)
    expect(connection.rune.reveal()).toBe(rune)
    expect(JSON.stringify(connection)).not.toContain(rune)
    writeFileSync(runeFile, '')
    await expect(loadRestConnection(checked)).rejects.toMatchObject({ code: 'invalid_request' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
