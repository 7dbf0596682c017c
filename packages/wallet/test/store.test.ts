import { fork } from 'node:child_process'
import { join } from 'node:path'
import { msat } from '@lightning-mcp/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { auditLedger } from '../src/ledger/audit.ts'
import { insertBooked } from '../src/ledger/write-intent.ts'
import { newPaymentId, paymentId } from '../src/payment-id.ts'
import type { StoreReader, StoreWriter } from '../src/store/wallet-store.ts'
import type { PaymentId } from '../src/wallet.ts'
import { intent } from './support/intents.ts'
import { NOT_UNIQUE, newDatabase, openFreshStore, openStore } from './support/stores.ts'
import { temporaryFolder } from './support/world.ts'

function fresh() {
  const store = openFreshStore()
  onTestFinished(() => store.close())
  return store
}

describe('intents', () => {
  test('come back as they went in, at the largest amount', async () => {
    const store = fresh()
    const given = intent({
      amountMsat: msat(2_100_000_000_000_000_000n),
      warnings: [{ code: 'other', message: 'ünï “quoted”' }],
      memo: 'x',
    })
    await store.transaction((writer) => writer.insertIntent(given))
    expect(await store.read((reader) => reader.intentById(given.paymentId))).toEqual(given)
  })

  test.each(['reserved', 'dispatched', 'settled'] as const)(
    'the database itself refuses a second %s one of a hash',
    async (state) => {
      const store = fresh()
      const first = intent({ state })
      await store.transaction((writer) => writer.insertIntent(first))
      const second = intent({ paymentHash: first.paymentHash!, account: 'other' })
      await expect(store.transaction((writer) => writer.insertIntent(second))).rejects.toThrow(NOT_UNIQUE)
      const elsewhere = { ...second, backendId: 'node-b' }
      await store.transaction((writer) => writer.insertIntent(elsewhere))
    },
  )

  test('a failed one leaves its hash free', async () => {
    const store = fresh()
    const first = intent({ state: 'failed' })
    await store.transaction((writer) => writer.insertIntent(first))
    await store.transaction((writer) => writer.insertIntent(intent({ paymentHash: first.paymentHash! })))
    const live = await store.read((reader) => reader.liveIntentByHash(first.paymentHash!))
    expect(live?.state).toBe('dispatched')
  })

  test('the database itself refuses a second one of a key', async () => {
    const store = fresh()
    await store.transaction((writer) => writer.insertIntent(intent({ idempotencyKey: 'k' })))
    const again = store.transaction((writer) => writer.insertIntent(intent({ idempotencyKey: 'k' })))
    await expect(again).rejects.toThrow(NOT_UNIQUE)
  })

  test.each([
    ['settled', 'failed'],
    ['settled', 'dispatched'],
    ['dispatched', 'created'],
    ['denied', 'reserved'],
  ] as const)('never go from %s to %s', async (from, state) => {
    const store = fresh()
    const given = intent({ state: from })
    await store.transaction((writer) => writer.insertIntent(given))
    const change = store.transaction((writer) =>
      writer.updateIntent(given.paymentId, { from: [from] }, { state }),
    )
    await expect(change).rejects.toMatchObject({ code: 'internal' })
  })

  test('a change that expects another state or owner changes nothing', async () => {
    const store = fresh()
    const given = intent({ owner: 'a' })
    const { paymentId: id } = given
    await store.transaction(async (writer) => {
      await writer.insertIntent(given)
      expect(await writer.updateIntent(id, { from: ['failed'] }, { memo: 'x' })).toBe(false)
      expect(await writer.updateIntent(id, { from: ['dispatched'], owner: 'b' }, { memo: 'x' })).toBe(false)
      expect(await writer.updateIntent(id, { from: ['dispatched'], attempt: 2 }, { memo: 'x' })).toBe(false)
      expect(
        await writer.updateIntent(id, { from: ['dispatched'], owner: 'a', attempt: 1 }, { memo: 'y' }),
      ).toBe(true)
    })
    expect((await store.read((reader) => reader.intentById(id)))?.memo).toBe('y')
  })
})

describe('transactions', () => {
  test('one that fails has changed nothing', async () => {
    const store = fresh()
    const given = intent()
    const failing = store.transaction(async (writer) => {
      await writer.insertIntent(given)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await store.read((reader) => reader.intentById(given.paymentId))).toBeUndefined()
    await store.transaction((writer) => writer.insertIntent(given))
  })

  test('those made at once stand or fall alone', async () => {
    const store = fresh()
    const all = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) =>
        store.transaction(async (writer) => {
          const count = Number((await writer.getMeta('count')) ?? 0)
          await writer.setMeta('count', `${count + 1}`)
          if (i % 3 === 0) throw new Error(`no ${i}`)
          return count
        }),
      ),
    )
    const done = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    // each saw what those before it did, and nothing of those that failed
    expect(done).toEqual(Array.from({ length: 133 }, (_, i) => i))
    expect(await store.read((reader) => reader.getMeta('count'))).toBe('133')
    expect(all[3]).toMatchObject({ reason: { cause: { message: 'no 3' } } })
  })

  test('read what they and those before them wrote, before it is on disk', async () => {
    const store = fresh()
    const nowMs = 1_800_000_000_000
    const scopes = ['server', 'account:default']
    const everything = async (reader: StoreReader, id: PaymentId) => ({
      tail: await reader.lastJournalEntry(),
      balance: await reader.balance('default'),
      usage: await reader.usage('server', nowMs),
      meta: await reader.getMeta('a'),
      breakers: await reader.breakers(['s']),
      journal: await reader.journalAfter(0, 10),
      balances: await reader.balances(),
      attempts: await reader.attempts(id),
      decisions: await reader.decisions('default', 10),
      held: await reader.reservedByOthers(),
      moves: await reader.movesSince(0),
      scopes: await reader.usageScopes('', 10),
    })
    const book = async (writer: StoreWriter, at: number) => {
      const made = intent({ limitScopes: scopes, chargedAtMs: nowMs, createdAtMs: at })
      const { paymentId, paymentHash, amountMsat, maxFeeMsat } = made
      await insertBooked(writer, made, nowMs)
      await writer.putAttempt({
        paymentId,
        attempt: 1,
        paymentHash: paymentHash!,
        amountMsat,
        maxFeeMsat,
        state: 'dispatched',
        startedAtMs: at,
      })
      await writer.insertDecision({
        account: 'default',
        atMs: at,
        verdict: 'allowed',
        destination: 'x',
        amountMsat,
        maxFeeMsat,
        rules: [],
      })
      await writer.setMeta('a', `${at}`)
      return paymentId
    }
    // one after another in one commit; every second one fails, some after its rows were written
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) =>
        store.transaction(async (writer) => {
          const id = await book(writer, i)
          const seen = i % 3 === 0 ? undefined : await everything(writer, id)
          if (i % 2 === 1) throw new Error('no')
          return { id, seen, last: await everything(writer, id) }
        }),
      ),
    )
    const done = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(done).toHaveLength(6)
    for (const { seen, last } of done) if (seen !== undefined) expect(seen).toEqual(last)
    const end = done.at(-1)!
    const after = await store.read((reader) => everything(reader, end.id))
    expect(after).toEqual(end.last)
    expect(after.journal).toHaveLength(6)
    expect(after.journal.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(after.decisions).toHaveLength(6)
    expect(after.balance.reservedMsat).toBe(36n)
    expect(after.usage).toMatchObject({ minuteCount: 6, dayMsat: 36n, lifetimeMsat: 36n })
    expect((await auditLedger({ store, nowMs })).findings).toEqual([])
  })

  test('processes that write at once lose nothing', { timeout: 60_000 }, async () => {
    const address = newDatabase(temporaryFolder())
    const count = (): Promise<number> =>
      new Promise((resolve, reject) => {
        const child = fork(join(import.meta.dirname, 'support', 'counting-process.ts'), [address, '100'], {
          execArgv: ['--conditions=development', '--disable-warning=ExperimentalWarning'],
        })
        child.once('exit', (code) => (code === 0 ? resolve(code) : reject(new Error(`ended with ${code}`))))
      })
    await Promise.all([count(), count(), count()])
    const store = openStore(address)
    onTestFinished(() => store.close())
    expect(await store.read((reader) => reader.getMeta('count'))).toBe('300')
  })
})

test('a database of a later version is refused', async () => {
  const path = newDatabase(temporaryFolder())
  const store = openStore(path)
  await store.transaction((writer) => writer.setMeta('schema', '999'))
  await store.close()
  const old = openStore(path)
  await expect(old.open()).rejects.toThrow(/schema is version 999/)
  await old.close()
})

describe('payment ids', () => {
  test('sort by age and are read in either case', () => {
    const ids = [1, 1_000, 1_800_000_000_000].map((ms) => newPaymentId(ms))
    expect([...ids].sort()).toEqual(ids)
    for (const id of ids) expect(paymentId(id.toLowerCase())).toBe(id)
  })

  test.each([
    '',
    'pay_',
    'pay_01ABC',
    '01M82GM1WWA5NNF5NV5E6B2607',
    'pay_01M82GM1WWA5NNF5NV5E6B260U',
    'x'.repeat(9_999),
  ])('are not %j', (text) => {
    expect(() => paymentId(text)).toThrow('not a payment id')
  })
})
