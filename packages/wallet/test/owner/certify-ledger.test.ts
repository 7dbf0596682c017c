import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BackendIdentity } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certifyLedger } from '../../src/owner/certify-ledger.ts'
import { readKnownLedgers, rememberLedger } from '../../src/owner/known-ledgers.ts'
import {
  readLedgerMeta,
  verifyLedgerCertificate,
  writeLedgerMeta,
} from '../../src/owner/ledger-certificate.ts'
import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import type { WalletStore } from '../../src/store/wallet-store.ts'
import { openFreshStore } from '../support/stores.ts'
import { temporaryFolder } from '../support/world.ts'

const identity: BackendIdentity = { kind: 'lnd', network: 'regtest', id: '02'.padEnd(66, 'a') }
const other: BackendIdentity = { ...identity, id: '03'.padEnd(66, 'b') }
const key = generateOwnerKey()

function database(): WalletStore {
  const store = openFreshStore()
  onTestFinished(() => store.close())
  return store
}

describe('a ledger', () => {
  test('is made once and stays', async () => {
    const [store, ownerDir] = [database(), temporaryFolder()]
    const made = await certifyLedger({ store, identity, key, ownerDir, nowMs: 7 })
    expect(made.status).toBe('made')
    expect(verifyLedgerCertificate(await store.read(readLedgerMeta), identity, key.publicKey)).toBe('valid')
    const again = await certifyLedger({ store, identity, key, ownerDir })
    expect(again).toEqual({ ledgerId: made.ledgerId, status: 'unchanged' })
    expect(await readKnownLedgers(ownerDir)).toEqual([
      {
        ledgerId: made.ledgerId,
        backendKind: 'lnd',
        network: 'regtest',
        backendId: identity.id,
        madeAtMs: 7,
      },
    ])
  })

  test('is one when it is made twice at once', async () => {
    const [store, ownerDir] = [database(), temporaryFolder()]
    const both = await Promise.all([1, 2].map(() => certifyLedger({ store, identity, key, ownerDir })))
    expect(new Set(both.map(({ ledgerId }) => ledgerId)).size).toBe(1)
    expect(both.map(({ status }) => status).sort()).toEqual(['made', 'unchanged'])
  })

  test('in the place of a lost one takes the owner’s word', async () => {
    const ownerDir = temporaryFolder()
    const first = await certifyLedger({ store: database(), identity, key, ownerDir, nowMs: 7 })
    const empty = database()
    await expect(certifyLedger({ store: empty, identity, key, ownerDir })).rejects.toMatchObject({
      code: 'not_ready',
      message: expect.stringMatching(/1970-01-01.*Records of earlier payments are missing.*a second time/),
      hint: expect.stringContaining('--new-ledger'),
    })
    expect(await empty.read(readLedgerMeta)).toEqual({})
    const second = await certifyLedger({ store: empty, identity, key, ownerDir, newLedger: true })
    expect(second).toMatchObject({ status: 'made', replaces: { ledgerId: first.ledgerId, madeAtMs: 7 } })
    expect(await certifyLedger({ store: empty, identity, key, ownerDir })).toMatchObject({
      status: 'unchanged',
    })
  })

  test('that was lost and came back is not taken unseen', async () => {
    const [old, ownerDir] = [database(), temporaryFolder()]
    await certifyLedger({ store: old, identity, key, ownerDir })
    await certifyLedger({ store: database(), identity, key, ownerDir, newLedger: true })
    await expect(certifyLedger({ store: old, identity, key, ownerDir })).rejects.toThrow(/is not the ledger/)
  })

  test('of another node is made beside it', async () => {
    const ownerDir = temporaryFolder()
    const first = await certifyLedger({ store: database(), identity, key, ownerDir })
    const second = await certifyLedger({ store: database(), identity: other, key, ownerDir })
    expect(second).toMatchObject({ status: 'made' })
    expect(second.ledgerId).not.toBe(first.ledgerId)
  })

  test.each([
    ['another node', { identity: other }, /ledger of another node/],
    ['another key', { key: generateOwnerKey() }, /another owner's key/],
  ])('of %s is taken only on the owner’s word', async (_, change, message) => {
    const [store, ownerDir, elsewhere] = [database(), temporaryFolder(), temporaryFolder()]
    const { ledgerId } = await certifyLedger({ store, identity, key, ownerDir })
    const request = { store, identity, key, ownerDir: elsewhere, ...change }
    await expect(certifyLedger(request)).rejects.toThrow(message)
    const taken = await certifyLedger({ ...request, newLedger: true })
    expect(taken).toEqual({ ledgerId, status: 'made' })
    const meta = await store.read(readLedgerMeta)
    expect(verifyLedgerCertificate(meta, request.identity, request.key.publicKey)).toBe('valid')
  })

  test('that somebody changed is taken only on the owner’s word', async () => {
    const [store, ownerDir] = [database(), temporaryFolder()]
    const { ledgerId } = await certifyLedger({ store, identity, key, ownerDir })
    await store.transaction((writer) => writeLedgerMeta(writer, { ledgerId, certificate: '{}' }))
    await expect(certifyLedger({ store, identity, key, ownerDir })).rejects.toThrow(/somebody changed it/)
  })
})

describe('what ledgers there are', () => {
  const ledger = { ledgerId: 'a', backendKind: 'lnd', network: 'regtest', backendId: 'x', madeAtMs: 1 }

  test('is kept with what the last audit saw', async () => {
    const folder = temporaryFolder()
    await rememberLedger(folder, ledger)
    await rememberLedger(folder, { ...ledger, ledgerId: 'b' })
    await rememberLedger(folder, { ...ledger, audited: { seq: 3, digest: 'd' } })
    expect(await readKnownLedgers(folder)).toEqual([
      { ...ledger, audited: { seq: 3, digest: 'd' } },
      { ...ledger, ledgerId: 'b' },
    ])
  })

  test.each(['', 'null', '{"version":2,"ledgers":[]}', '{"version":1,"ledgers":[{}]}', '{"version":1}'])(
    'is not guessed where the file reads %o',
    async (text) => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'ledgers.json'), text)
      const store = database()
      await expect(certifyLedger({ store, identity, key, ownerDir: folder })).rejects.toMatchObject({
        code: 'not_ready',
        message: expect.stringMatching(/ledgers\.json is damaged/),
      })
      expect(await store.read(readLedgerMeta)).toEqual({})
      rmSync(join(folder, 'ledgers.json'))
    },
  )
})
