import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LightningError, type Payment, ZERO_MSAT } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createMemoryDuplicateGuardStore,
  type DuplicateGuardStore,
  openFileDuplicateGuardStore,
  withDuplicateGuard,
} from '../src/index.ts'
import { createRecordingBackend } from './recording-backend.ts'
import { testInvoice } from './test-invoice.ts'

const { invoice, paymentHash, preimage } = testInvoice()
const request = { invoice, maxFeeMsat: ZERO_MSAT }
const settled: Payment = { paymentHash, status: 'settled', preimage }
const unknown: Payment = { paymentHash, status: 'unknown' }
const failed = (sameHashRetryable: boolean): Payment => ({
  paymentHash,
  status: 'failed',
  failure: { reason: 'no_route', sameHashRetryable },
})
const profile =
  (lookup: 'hash' | 'id' = 'hash') =>
  () => ({
    identity: { kind: 'recording', network: 'regtest', id: 'w' },
    lookup,
  })

function guarded(
  store: DuplicateGuardStore,
  payments: (() => unknown)[],
  found: () => Payment | undefined = () => undefined,
  lookup?: 'hash' | 'id',
) {
  const backend = createRecordingBackend({
    connect: profile(lookup),
    lookupPayment: found,
    payInvoice: () => payments.shift()?.(),
    'keysend.send': () => payments.shift()?.(),
  })
  const sent = () => backend.calls.filter(({ operation }) => /payInvoice|keysend/.test(operation)).length
  return { wrapped: withDuplicateGuard(backend, { store }), backend, sent }
}

let folder: string
let stores = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duplicate-guard-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a store that fails after sending does not hide the answer', async () => {
  const store = createMemoryDuplicateGuardStore()
  const full = { ...store, finish: () => Promise.reject(new Error('disk full')) }
  const { wrapped, sent } = guarded(full, [() => settled])
  expect(await wrapped.payInvoice(request)).toEqual(settled)
  await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
  expect(sent()).toBe(1)
})

test('a store that fails after a refusal does not hide the refusal', async () => {
  const store = createMemoryDuplicateGuardStore()
  const full = { ...store, finish: () => Promise.reject(new Error('disk full')) }
  const refuse = () => {
    throw new LightningError({ code: 'unavailable', message: 'gone' })
  }
  const { wrapped } = guarded(full, [refuse])
  await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'unavailable' })
})

describe.each([
  ['memory', () => createMemoryDuplicateGuardStore()],
  ['file', () => openFileDuplicateGuardStore({ folder: join(folder, `${stores++}`) })],
] as const)('guard with a %s store', (_name, openStore) => {
  test('a settled hash is not sent again', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => settled])
    expect(await wrapped.payInvoice(request)).toEqual(settled)
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'already_paid' })
    expect(sent()).toBe(1)
  })

  test('an undecided hash is not sent again while nobody finds it', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => unknown])
    expect(await wrapped.payInvoice(request)).toEqual(unknown)
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(sent()).toBe(1)
  })

  test('an undecided hash that a look-up shows settled is already paid', async () => {
    let found: Payment | undefined
    const store = openStore()
    const { wrapped, sent } = guarded(store, [() => unknown], () => found)
    await wrapped.payInvoice(request)
    found = settled
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'already_paid' })
    found = undefined
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'already_paid' })
    expect(sent()).toBe(1)
  })

  test('two calls at once send once', async () => {
    const { promise, resolve } = Promise.withResolvers<Payment>()
    const { wrapped, sent } = guarded(openStore(), [() => promise, () => settled])
    const both = [wrapped.payInvoice(request), wrapped.payInvoice(request)]
    resolve(settled)
    const results = await Promise.allSettled(both)
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(sent()).toBe(1)
  })

  test('a failure that may be retried is sent again', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => failed(true), () => settled], () => undefined)
    expect((await wrapped.payInvoice(request)).status).toBe('failed')
    expect((await wrapped.payInvoice(request)).status).toBe('settled')
    expect(sent()).toBe(2)
  })

  test('a failure that burns the hash is not sent again', async () => {
    let found: Payment | undefined
    const { wrapped, sent } = guarded(openStore(), [() => failed(false)], () => found)
    found = undefined
    await wrapped.payInvoice(request)
    found = failed(false)
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({
      sent: 'no',
      hint: 'Ask for a fresh invoice.',
    })
    expect(sent()).toBe(1)
  })

  test('a failure found during a second attempt may be that of the first', async () => {
    let found: Payment | undefined
    const { wrapped, sent } = guarded(openStore(), [() => failed(true), () => unknown], () => found)
    await wrapped.payInvoice(request)
    found = failed(true)
    expect((await wrapped.payInvoice(request)).status).toBe('unknown')
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(sent()).toBe(2)
  })

  test('a failure from before the guard is not taken for its own', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => unknown], () => failed(true))
    expect((await wrapped.payInvoice(request)).status).toBe('unknown')
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(sent()).toBe(1)
  })

  test('what was paid before the guard is found by look-up', async () => {
    const { wrapped, sent } = guarded(openStore(), [], () => settled)
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'already_paid' })
    expect(sent()).toBe(0)
  })

  test('a refusal before sending leaves the hash free', async () => {
    const refuse = () => {
      throw new LightningError({ code: 'unavailable', message: 'down' })
    }
    const { wrapped } = guarded(openStore(), [refuse, () => settled])
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await wrapped.payInvoice(request)).status).toBe('settled')
  })

  test('an error that may have sent keeps the hash', async () => {
    const crash = () => {
      throw new Error('crash')
    }
    const { wrapped, sent } = guarded(openStore(), [crash])
    await expect(wrapped.payInvoice(request)).rejects.toThrow('crash')
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(sent()).toBe(1)
  })

  test('a failed look-up sends nothing', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => settled], () => {
      throw new LightningError({ code: 'unavailable', message: 'down' })
    })
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
    expect(sent()).toBe(0)
  })

  test('a keysend is guarded by the hash of its preimage', async () => {
    const { wrapped, sent } = guarded(openStore(), [() => settled])
    const send = () =>
      wrapped.keysend!.send({
        destination: 'n' as never,
        amountMsat: ZERO_MSAT,
        maxFeeMsat: ZERO_MSAT,
        preimage,
      })
    await send()
    await expect(send()).rejects.toMatchObject({ code: 'already_paid' })
    expect(sent()).toBe(1)
  })

  test('without a look-up by hash the record alone decides', async () => {
    const { wrapped, sent, backend } = guarded(openStore(), [() => unknown], () => undefined, 'id')
    await wrapped.payInvoice(request)
    await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(sent()).toBe(1)
    expect(backend.calls.some(({ operation }) => operation === 'lookupPayment')).toBe(false)
  })

  test('of two that claim the same attempt one wins', async () => {
    const store = openStore()
    const key = { wallet: 'w', paymentHash }
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.claim(key, 1)))
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await store.get(key)).toEqual({ attempt: 1, state: 'open' })
    expect(await store.get({ ...key, wallet: 'other' })).toBeUndefined()
  })
})

describe('file store', () => {
  test('survives the process and keeps others out of the folder', async () => {
    const own = join(folder, 'durable')
    const { wrapped } = guarded(openFileDuplicateGuardStore({ folder: own }), [() => unknown])
    await wrapped.payInvoice(request)
    const again = guarded(openFileDuplicateGuardStore({ folder: own }), [() => settled])
    await expect(again.wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    const [wallet] = await readdir(own)
    expect((await stat(join(own, wallet!))).mode & 0o777).toBe(0o700)
    expect((await stat(join(own, wallet!, `${paymentHash}.1`))).mode & 0o777).toBe(0o600)
  })

  test('takes a file that a crash left empty for an open payment', async () => {
    const own = join(folder, 'crashed')
    const store = openFileDuplicateGuardStore({ folder: own })
    const key = { wallet: 'w', paymentHash }
    await store.claim(key, 1)
    const [wallet] = await readdir(own)
    await writeFile(join(own, wallet!, `${paymentHash}.1`), '')
    expect(await store.get(key)).toEqual({ attempt: 1, state: 'open' })
  })
})
