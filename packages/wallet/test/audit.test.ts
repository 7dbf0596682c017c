import { msat } from '@lightning-mcp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Intent } from '../src/intents/intent.ts'
import { type AuditReport, auditLedger } from '../src/ledger/audit.ts'
import { insertBooked, updateBooked } from '../src/ledger/write-intent.ts'
import { newPaymentId } from '../src/payment-id.ts'
import type { WalletStore } from '../src/store/wallet-store.ts'
import { intent } from './support/intents.ts'
import { ask, openFreshStore, openStore, STORE } from './support/stores.ts'
import { World } from './support/world.ts'

const audit = async (store: WalletStore, nowMs: number, options: object = {}): Promise<AuditReport> =>
  auditLedger({ store, nowMs, ...options })

/** Three payments: settled, failed, under way. */
async function used(): Promise<{ world: World; nowMs: number }> {
  const world = new World()
  const { wallet, store, kill } = await world.start()
  await wallet.pay({ destination: world.invoice().invoice })
  world.node.scripts.push({ do: 'fail', sameHashRetryable: false })
  await wallet.pay({ destination: world.invoice().invoice })
  world.node.scripts.push({ do: 'pending' })
  await wallet.pay({ destination: world.invoice().invoice, waitSeconds: 0 })
  kill()
  await store.close()
  return { world, nowMs: world.clock.now() }
}

const TRIGGERS =
  STORE === 'sqlite'
    ? ['drop trigger journal_no_update', 'drop trigger journal_no_delete']
    : ['drop trigger journal_append_only on journal']

/** Changes the database past everything that keeps it from being changed. */
async function tampered(...changes: string[]): Promise<AuditReport> {
  const { world, nowMs } = await used()
  for (const change of [...TRIGGERS, ...changes]) await ask(world.database, change)
  const store = openStore(world.database)
  const report = await audit(store, nowMs)
  await store.close()
  return report
}

const messages = (report: AuditReport): string[] => report.findings.map(({ message }) => message)

describe('the audit', () => {
  test('agrees with a ledger that payments went through', async () => {
    const { world, nowMs } = await used()
    const store = openStore(world.database)
    const report = await audit(store, nowMs, { pageSize: 2 })
    expect(report).toMatchObject({ ok: true, payments: 3, findings: [], omitted: 0 })
    expect(report.entries).toBeGreaterThanOrEqual(4)
    expect(report.balances).toEqual(await store.read((reader) => reader.balances()))
    expect(report.mark).toEqual(await store.read((reader) => reader.lastJournalEntry()))
    await store.close()
  })

  test('has nothing against an empty ledger', async () => {
    const store = openFreshStore()
    expect(await audit(store, Date.now())).toEqual({
      ok: true,
      entries: 0,
      payments: 0,
      balances: [],
      findings: [],
      omitted: 0,
    })
    await store.close()
  })

  test.each<[string, string[], RegExp[]]>([
    [
      'a balance',
      ["update balances set paid_msat = paid_msat - 1 where account = 'default'"],
      [/^account default: paid is \d+ msat, the journal says \d+$/],
    ],
    [
      'a balance that is gone',
      ['delete from balances'],
      [/account default: funds is 0 msat/, /reserved is 0/, /paid is 0/, /fees is 0/],
    ],
    [
      'a balance of nobody',
      ["insert into balances select 'ghost', 5, 0, 0, 0, 0, -5 from balances"],
      [/account ghost: funds is 5 msat, the journal says 0/, /account ghost: outside is -5/],
    ],
    [
      'a usage total',
      ["update usage set used_msat = used_msat - 1 where scope = 'server' and usage_window = 'lifetime'"],
      [/^limit server, lifetime: \d+ msat in \d payments are counted, the journal says \d+ in \d$/],
    ],
    [
      'a count of payments',
      ["update usage set used_count = 0 where scope = 'account:default' and usage_window = 'minute'"],
      [/^limit account:default, minute at \d{4}-.*in 0 payments/],
    ],
    [
      'usage that is gone',
      ["delete from usage where scope = 'server' and usage_window in ('day', 'hour')"],
      [/server, (day|hour)/, /server, (day|hour)/],
    ],
    [
      'usage of nothing',
      [
        "insert into usage (scope, usage_window, bucket, used_msat, used_count) values ('x', 'lifetime', 0, 7, 1)",
      ],
      [/^limit x, lifetime: 7 msat in 1 payments are counted, the journal says 0 in 0$/],
    ],
    [
      'a payment record',
      ["update intents set booked_msat = booked_msat + 1 where state = 'dispatched'"],
      [/\(dispatched\): reserved is \d+ msat/, /\(dispatched\): spending is \d+ msat/],
    ],
    [
      'a state',
      ["update intents set state = 'failed' where state = 'dispatched'"],
      [/\(failed\): reserved is 0 msat, the journal says [1-9]/, /\(failed\): spending is 0/],
    ],
    [
      'a journal row',
      ["update journal set note = 'x' where seq = 2"],
      [/^row 2 or its place in the chain was changed: its digest is wrong$/],
    ],
    [
      'amounts of a journal row that still adds up',
      ['update journal set funds_msat = funds_msat + 1, reserved_msat = reserved_msat - 1 where seq = 1'],
      [/^row 1 or/, /default: funds is/, /default: reserved is/, /\(settled\): reserved is 0/],
    ],
    [
      'the last journal row taken away',
      ['delete from journal where seq = (select max(seq) from journal)'],
      [/account default: funds/, /default: reserved/, /server, minute/, /\(dispatched\): reserved/],
    ],
  ])('names what was changed: %s', async (_, changes, expected) => {
    const report = await tampered(...changes)
    expect(report.ok).toBe(false)
    for (const pattern of expected) expect(messages(report)).toContainEqual(expect.stringMatching(pattern))
  })

  test('names a gap in the journal', async () => {
    const report = await tampered('delete from journal where seq = 2')
    expect(messages(report)).toContain('row 2 is missing')
    expect(messages(report)).toContainEqual(expect.stringMatching(/^row 3 or its place/))
  })

  test('names a payment without a record', async () => {
    const report = await tampered(
      "delete from attempts where payment_id in (select payment_id from intents where state = 'settled')",
      "delete from intents where state = 'settled'",
    )
    expect(messages(report)).toEqual([expect.stringMatching(/^payment pay_\w+ is in the journal and has no/)])
  })

  test('shows a history that was written anew since the last one', async () => {
    const { world, nowMs } = await used()
    const store = openStore(world.database)
    const { mark } = await audit(store, nowMs)
    expect(await audit(store, nowMs, { since: mark })).toMatchObject({ ok: true })
    const other = { seq: mark?.seq ?? 0, digest: 'f'.repeat(64) }
    expect(messages(await audit(store, nowMs, { since: other }))).toEqual([
      expect.stringMatching(/is not the one of the last audit/),
    ])
    const later = { seq: (mark?.seq ?? 0) + 3, digest: 'f'.repeat(64) }
    expect(messages(await audit(store, nowMs, { since: later }))).toEqual([
      expect.stringMatching(/an older copy was put back, or rows were taken away/),
    ])
    await store.close()
  })

  test('keeps the first findings and counts the rest', async () => {
    const { world, nowMs } = await used()
    for (const change of [...TRIGGERS, "update journal set note = 'x'"]) await ask(world.database, change)
    const store = openStore(world.database)
    const report = await audit(store, nowMs, { mostFindings: 1 })
    expect(report.findings).toHaveLength(1)
    expect(report.omitted).toBe(report.entries - 1)
    await store.close()
  })

  test('reads one moment while others go on paying', async () => {
    const { world, nowMs } = await used()
    const [reading, writing] = [openStore(world.database), openStore(world.database)]
    await reading.snapshot(async (reader) => {
      const before = await reader.balances()
      await writing.transaction((writer) => insertBooked(writer, booked(nowMs), nowMs))
      expect(await reader.balances()).toEqual(before)
    })
    expect(await audit(reading, nowMs)).toMatchObject({ ok: true, payments: 4 })
    await Promise.all([reading.close(), writing.close()])
  })
})

const booked = (nowMs: number, change: Partial<Intent> = {}): Intent =>
  intent({ paymentId: newPaymentId(nowMs), limitScopes: ['server'], chargedAtMs: nowMs, ...change })

describe('whatever is booked', () => {
  const DAY = 86_400_000
  const step = fc.record({
    afterMs: fc.constantFrom(0, 1, 4_000, 70_000, 2 * 3_600_000, 31 * DAY, -3_600_000),
    account: fc.constantFrom('default', 'other'),
    amountMsat: fc.bigInt({ min: 1n, max: 2_100_000_000_000_000_000n / 1000n }),
    feeMsat: fc.bigInt({ min: 0n, max: 1_000n }),
    capital: fc.boolean(),
    ends: fc.constantFrom('settled', 'provisional', 'failed', 'open'),
    endsAfterMs: fc.constantFrom(0, 5_000, 2 * DAY, 40 * DAY),
  })

  test('the audit agrees with it', async () => {
    const run = async (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): Promise<void> => {
      const store = openFreshStore()
      let nowMs = 1_800_000_000_000
      for (const { afterMs, account, amountMsat, feeMsat, capital, ends, endsAfterMs } of steps) {
        nowMs += afterMs
        const first = booked(nowMs, {
          account,
          amountMsat: msat(amountMsat),
          bookedMsat: msat(amountMsat + 1_000n),
          limitScopes: ['server', `account:${account}`],
          ...(capital ? { capitalMsat: msat(amountMsat) } : {}),
        })
        const change = {
          settled: { state: 'settled', bookedMsat: msat(amountMsat + feeMsat), feeMsat: msat(feeMsat) },
          provisional: { state: 'settled', feeProvisional: true },
          failed: { state: 'failed', bookedMsat: msat(0n), capitalMsat: undefined },
          open: undefined,
        }[ends] as Partial<Intent> | undefined
        const at = nowMs
        await store.transaction(async (writer) => {
          await insertBooked(writer, first, at)
          if (change !== undefined) await updateBooked(writer, first, change, at + endsAfterMs)
        })
      }
      expect(messages(await audit(store, nowMs, { pageSize: 3 }))).toEqual([])
      await store.close()
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), run), {
      numRuns: STORE === 'sqlite' ? 60 : 10,
    })
  })
})
