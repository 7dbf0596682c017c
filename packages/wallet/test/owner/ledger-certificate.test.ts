import type { BackendIdentity } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  createLedgerCertificate,
  type LedgerMeta,
  readLedgerMeta,
  verifyLedgerCertificate,
  writeLedgerMeta,
} from '../../src/owner/ledger-certificate.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signDocument } from '../../src/owner/signed-document.ts'
import { openFreshStore } from '../support/stores.ts'

const identity: BackendIdentity = { kind: 'lnd', network: 'regtest', id: '02'.padEnd(66, 'a') }
const key = generateOwnerKey()
const made = createLedgerCertificate({ identity, key })
const changed = (change: object): string => JSON.stringify({ ...JSON.parse(made.certificate), ...change })

describe('a ledger certificate', () => {
  test('verifies for its ledger, backend and owner', () => {
    expect(verifyLedgerCertificate(made, identity, key.publicKey)).toBe('valid')
  })

  test('names a new ledger each time', () => {
    expect(createLedgerCertificate({ identity, key }).ledgerId).not.toBe(made.ledgerId)
  })

  test.each<[string, LedgerMeta, string]>([
    ['an empty database', {}, 'missing'],
    ['a ledger without certificate', { ledgerId: made.ledgerId }, 'missing'],
    ['a certificate without ledger', { certificate: made.certificate }, 'missing'],
    ['another ledger', { ...made, ledgerId: 'f'.repeat(32) }, 'invalid'],
    [
      'both names of the ledger changed',
      { ledgerId: 'f', certificate: changed({ ledgerId: 'f' }) },
      'invalid',
    ],
    ['another signature', { ...made, certificate: changed({ signature: 'A'.repeat(86) }) }, 'invalid'],
    ['a changed backend', { ...made, certificate: changed({ backendId: 'x' }) }, 'invalid'],
    ['a changed network', { ...made, certificate: changed({ network: 'mainnet' }) }, 'invalid'],
    ['another owner by name', { ...made, certificate: changed({ publicKey: 'x' }) }, 'other-key'],
    ['no JSON', { ...made, certificate: 'x' }, 'invalid'],
    ['JSON of another shape', { ...made, certificate: '[null]' }, 'invalid'],
    ['null', { ...made, certificate: 'null' }, 'invalid'],
  ])('is refused: %s', (_, meta, verdict) => {
    expect(verifyLedgerCertificate(meta, identity, key.publicKey)).toBe(verdict)
  })

  test.each<[string, BackendIdentity]>([
    ['another node', { ...identity, id: '03'.padEnd(66, 'b') }],
    ['another network', { ...identity, network: 'mainnet' }],
    ['another kind', { ...identity, kind: 'cln' }],
  ])('is not one for %s', (_, other) => {
    expect(verifyLedgerCertificate(made, other, key.publicKey)).toBe('other-backend')
  })

  test('of another owner is told as such', () => {
    expect(verifyLedgerCertificate(made, identity, generateOwnerKey().publicKey)).toBe('other-key')
  })

  test('signed by another under the name of the owner is invalid', () => {
    const thief = generateOwnerKey()
    const document = { ledgerId: 'a', backendKind: 'lnd', network: 'regtest', backendId: identity.id }
    const certificate = JSON.stringify({
      ...document,
      publicKey: key.publicKey,
      signature: signDocument('ledger', document, thief),
    })
    expect(verifyLedgerCertificate({ ledgerId: 'a', certificate }, identity, key.publicKey)).toBe('invalid')
  })

  test('lies in the store', async () => {
    const store = openFreshStore()
    onTestFinished(() => store.close())
    expect(await store.read(readLedgerMeta)).toEqual({ ledgerId: undefined, certificate: undefined })
    await store.transaction((writer) => writeLedgerMeta(writer, made))
    const meta = await store.read(readLedgerMeta)
    expect(verifyLedgerCertificate(meta, identity, key.publicKey)).toBe('valid')
  })
})
