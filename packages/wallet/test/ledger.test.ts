import { msat, ZERO_MSAT } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { digestOf, FIRST_DIGEST } from '../src/ledger/journal.ts'
import { postings, spendingMsat } from '../src/ledger/postings.ts'
import { insertBooked, updateBooked } from '../src/ledger/write-intent.ts'
import { intent } from './support/intents.ts'
import { ask, STORE } from './support/stores.ts'
import { World } from './support/world.ts'

describe('what an intent holds', () => {
  test.each([
    { name: 'under way: all of it', change: {}, holds: { reservedMsat: 6n } },
    {
      name: 'settled: amount and real fee',
      change: { state: 'settled', bookedMsat: msat(6n), feeMsat: msat(1n) },
      holds: { paidMsat: 5n, feesMsat: 1n },
    },
    {
      name: 'settled with a fee that may change: still held',
      change: { state: 'settled', bookedMsat: msat(6n), feeProvisional: true },
      holds: { reservedMsat: 6n },
    },
    {
      name: 'settled with capital: that part stays the account’s',
      change: { state: 'settled', bookedMsat: msat(9n), feeMsat: msat(1n), capitalMsat: msat(6n) },
      holds: { paidMsat: 2n, feesMsat: 1n, capitalMsat: 6n },
    },
    { name: 'failed: nothing', change: { state: 'failed' }, holds: {} },
    { name: 'waiting for approval: nothing', change: { state: 'awaiting_approval' }, holds: {} },
  ] as const)('$name', ({ change, holds }) => {
    const nothing = { reservedMsat: 0n, paidMsat: 0n, feesMsat: 0n, capitalMsat: 0n }
    expect(postings(intent(change))).toEqual({ ...nothing, ...holds })
  })

  test('capital is not spending', () => {
    expect(spendingMsat(intent({ bookedMsat: msat(9n), capitalMsat: msat(6n) }))).toBe(3n)
    expect(spendingMsat(intent({ state: 'failed' }))).toBe(0n)
  })
})

describe('the journal', () => {
  test('follows a payment from reservation to its final fee', async () => {
    const world = new World({ memory: true })
    const { store } = await world.start()
    const first = intent({ limitScopes: ['server', 'account:default'], chargedAtMs: 1 })
    await store.transaction(async (writer) => {
      await insertBooked(writer, first, 1)
      const settled = { state: 'settled', bookedMsat: msat(6n), feeProvisional: true } as const
      await updateBooked(writer, first, settled, 2)
      const final = { bookedMsat: msat(5n), feeMsat: ZERO_MSAT, feeProvisional: false }
      await updateBooked(writer, { ...first, ...settled }, final, 3)
    })
    const rows = await store.read((reader) => reader.journalAfter(0, 10))
    expect(rows.map(({ event, reservedMsat, paidMsat }) => [event, reservedMsat, paidMsat])).toEqual([
      ['reserved', 6n, 0n],
      ['fee-final', -6n, 5n],
    ])
    let digest = FIRST_DIGEST
    for (const { digest: stored, ...row } of rows) {
      digest = digestOf(row, digest)
      expect(stored).toBe(digest)
    }
    expect(await store.read((reader) => reader.balance('default'))).toMatchObject({
      fundsMsat: -5n,
      reservedMsat: 0n,
      paidMsat: 5n,
      feesMsat: 0n,
    })
    const usage = await store.read((reader) => reader.usage('account:default', 4))
    expect(usage).toEqual({
      minuteCount: 1,
      hourMsat: 5n,
      dayMsat: 5n,
      thirtyDaysMsat: 5n,
      lifetimeMsat: 5n,
      newestMs: 0,
    })
  })

  test.each(['journal', 'decisions'])(
    'the database refuses to change or delete what %s holds',
    async (table) => {
      const world = new World()
      const { wallet, store } = await world.start()
      await wallet.pay({ destination: world.invoice().invoice })
      await store.close()
      for (const change of [`update ${table} set account = 'x'`, `delete from ${table}`])
        await expect(ask(world.database, change)).rejects.toThrow(/append-only/)
    },
  )

  // PostgreSQL has no such statement
  test.skipIf(STORE !== 'sqlite').each([
    'insert or replace into journal select * from journal',
    `insert or replace into decisions
       (rowid, account, at_ms, verdict, destination, amount_msat, max_fee_msat, rules)
       select rowid, 'x', at_ms, verdict, destination, amount_msat, max_fee_msat, rules from decisions`,
  ])('the database refuses to replace a row: %s', async (change) => {
    const world = new World()
    const { wallet, store } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    await store.close()
    await expect(ask(world.database, change)).rejects.toThrow(/append-only/)
  })

  test('a row that does not add up is refused by the database', async () => {
    const world = new World()
    const { wallet, store } = await world.start()
    await wallet.pay({ destination: world.invoice().invoice })
    await store.close()
    await expect(
      ask(
        world.database,
        `insert into journal select seq + 100, at_ms, account, event, payment_id, attempt, funds_msat + 1,
         reserved_msat, paid_msat, fees_msat, capital_msat, outside_msat, limit_scopes, charged_at_ms,
         charged_msat, charged_count, note, digest from journal limit 1`,
      ),
    ).rejects.toThrow(/journal_adds_up_to_zero/)
  })

  test('windows let go of what is older than they are', async () => {
    const world = new World({ memory: true })
    const { store } = await world.start()
    const hour = 3_600_000
    const chargedAtMs = 1000 * 24 * hour
    await store.transaction((writer) =>
      insertBooked(writer, intent({ limitScopes: ['server'], chargedAtMs }), chargedAtMs),
    )
    const at = (ms: number) => store.read((reader) => reader.usage('server', chargedAtMs + ms))
    expect(await at(hour - 1)).toMatchObject({ hourMsat: 6n, dayMsat: 6n })
    expect(await at(2 * hour)).toMatchObject({ minuteCount: 0, hourMsat: 0n, dayMsat: 6n })
    expect(await at(25 * hour)).toMatchObject({ dayMsat: 0n, thirtyDaysMsat: 6n, lifetimeMsat: 6n })
    expect(await at(31 * 24 * hour)).toMatchObject({ thirtyDaysMsat: 0n, lifetimeMsat: 6n })
    expect(await at(-hour)).toMatchObject({ minuteCount: 1, hourMsat: 6n })
  })
})
