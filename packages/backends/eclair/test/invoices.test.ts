import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { descriptionHash, type LightningBackend, msat, paymentHash, preimage } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEclairBackend } from '../src/index.ts'
import { answered, capture } from './support/captures.ts'
import { ScriptedEclair } from './support/scripted-eclair.ts'

let eclair: ScriptedEclair
let backend: LightningBackend

beforeEach(async () => {
  eclair = await ScriptedEclair.start()
  eclair.answer('usablebalances', capture('usablebalances'))
  backend = createEclairBackend({ url: eclair.url, password: eclair.password })
})

afterEach(async () => {
  await backend.close()
  await eclair.stop()
})

const formOf = (method: string) => eclair.calls.findLast((call) => call.method === method)?.form

describe('making an invoice', () => {
  test('sends what the capture sent', async () => {
    eclair.answer('createinvoice', capture('createinvoice'))
    const invoice = await backend.createInvoice({
      amountMsat: msat(10_000n),
      description: 'coffee',
      expirySeconds: 3600,
    })
    expect(formOf('createinvoice')).toEqual({ description: 'coffee', amountMsat: '10000', expireIn: '3600' })
    expect(invoice).toMatchObject({ status: 'open', amountMsat: 10_000n, expiresAt: 1_795_326_514 })
    expect(invoice.preimage).toBeUndefined()
  })

  test('writes any letter so that the form holds it', async () => {
    eclair.answer('createinvoice', capture('createinvoice-unicode'))
    const description = String(capture('createinvoice-unicode').form.description)
    await backend.createInvoice({ amountMsat: msat(1000n), description, expirySeconds: 60 })
    expect(formOf('createinvoice')?.description).toBe(description)
  })

  test('gives exactly one of description and hash', async () => {
    eclair.answer('createinvoice', capture('createinvoice-deschash'))
    const hash = descriptionHash('11'.repeat(32))
    await backend.createInvoice({ amountMsat: msat(1000n), descriptionHash: hash, expirySeconds: 60 })
    expect(formOf('createinvoice')).toEqual({ descriptionHash: hash, amountMsat: '1000', expireIn: '60' })
    eclair.answer('createinvoice', capture('createinvoice-no-amount'))
    await backend.createInvoice({ expirySeconds: 60 })
    expect(formOf('createinvoice')).toEqual({ description: '', expireIn: '60' })
  })

  test('looks an own preimage up first: a second one would hang half a minute', async () => {
    const own = preimage('22'.repeat(32))
    eclair.script.set('getreceivedinfo', ({ paymentHash: hash }) => {
      const known = answered<{ invoice: object }>('getreceivedinfo-pending')
      return { json: { ...known, invoice: { ...known.invoice, paymentHash: hash } } }
    })
    const making = backend.createInvoice({ amountMsat: msat(1000n), preimage: own, expirySeconds: 60 })
    await expect(making).rejects.toMatchObject({ code: 'already_exists' })
    expect(eclair.count('createinvoice')).toBe(0)
    eclair.answer('getreceivedinfo', capture('getreceivedinfo-unknown'))
    eclair.answer('createinvoice', capture('createinvoice'))
    await backend.createInvoice({ amountMsat: msat(10_000n), preimage: own, expirySeconds: 60 })
    expect(formOf('createinvoice')?.paymentPreimage).toBe(own)
  })

  test('names private channels as hints where there are any', async () => {
    const [usable] = answered<object[]>('usablebalances')
    eclair.answer('usablebalances', { json: [{ ...usable, isPublic: false }] })
    const [channel] =
      answered<{ channelId: string; data: { commitments: { channelParams: object } } }[]>('channels')
    channel!.data.commitments.channelParams = { channelFlags: { announceChannel: false } }
    eclair.answer('channels', { json: [channel] })
    eclair.answer('createinvoice', capture('createinvoice'))
    await backend.createInvoice({ amountMsat: msat(10_000n), expirySeconds: 60 })
    expect(formOf('createinvoice')?.privateChannelIds).toBe(channel!.channelId)
    await backend.createInvoice({ amountMsat: msat(10_000n), expirySeconds: 60, privateHints: false })
    expect(formOf('createinvoice')?.privateChannelIds).toBeUndefined()
  })

  test.each([
    { amountMsat: msat(0n), expirySeconds: 60 },
    { expirySeconds: 0 },
    { expirySeconds: 1.5 },
    { expirySeconds: 60, description: 'é'.repeat(320) },
    { expirySeconds: 60, description: 'a', descriptionHash: descriptionHash('11'.repeat(32)) },
  ])('refuses bad terms before any call', async (terms) => {
    await expect(backend.createInvoice(terms)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(eclair.count('createinvoice')).toBe(0)
  })

  test('does not take an invoice over another amount', async () => {
    eclair.answer('createinvoice', capture('createinvoice'))
    const making = backend.createInvoice({ amountMsat: msat(9_999n), expirySeconds: 60 })
    await expect(making).rejects.toMatchObject({ code: 'protocol_error' })
  })
})

test('an answer about another invoice is not believed', async () => {
  eclair.answer('getreceivedinfo', capture('getreceivedinfo-received'))
  const looking = backend.lookupInvoice({ paymentHash: paymentHash('ab'.repeat(32)) })
  await expect(looking).rejects.toMatchObject({ code: 'protocol_error' })
})

describe('connecting', () => {
  test.each([
    { version: '0.13.1', missing: ['splicing'], present: ['offers'] },
    { version: '0.11.0', missing: ['splicing', 'offers'], present: ['forwards'] },
    { version: '0.14.1-d769db0', missing: [], present: ['splicing', 'offers'] },
    { version: 'own-build', missing: [], present: ['splicing', 'offers'] },
  ] as const)('takes away what $version cannot do', async ({ version, missing, present }) => {
    eclair.answer('getinfo', { json: { ...answered<object>('getinfo'), version } })
    const profile = await backend.connect()
    expect(profile.duplicateGuard).toBe('none')
    for (const facet of missing) expect(backend[facet]).toBeUndefined()
    for (const facet of present) expect(backend[facet]).toBeDefined()
    expect(backend.forwards?.feeReport === undefined).toBe(
      version.startsWith('0.1') && !version.startsWith('0.14'),
    )
  })

  test('refuses an Eclair that is too old', async () => {
    eclair.answer('getinfo', { json: { ...answered<object>('getinfo'), version: '0.9.0' } })
    await expect(backend.connect()).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('reads a changed password from its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eclair-password-'))
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'the old one')
    const other = createEclairBackend({ url: eclair.url, passwordFile })
    await expect(other.getInfo()).rejects.toMatchObject({ code: 'unauthenticated' })
    writeFileSync(passwordFile, eclair.password)
    expect((await other.getInfo()).alias).toBe('ecl-a')
    await other.close()
    rmSync(folder, { recursive: true })
  })

  test('knows that something else answers', async () => {
    eclair.script.delete('getinfo')
    await expect(backend.connect()).rejects.toMatchObject({ code: 'protocol_error', sent: 'no' })
  })
})
