import {
  type LightningBackend,
  type ListTransactionsRequest,
  paymentHash,
  type Transaction,
} from '@lightning-mcp/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HistoryWindows } from '../src/history-windows.ts'
import { createEclairBackend } from '../src/index.ts'
import { answered, capture } from './support/captures.ts'
import { type Form, ScriptedEclair } from './support/scripted-eclair.ts'

interface Row {
  id: number
  at: number
}

/** Eclair's way: oldest first, both ends of the range left out, `count` after `skip`. */
const within = <T extends { at: number }>(
  rows: readonly T[],
  range: { from: number; to: number; count: number; skip: number },
): T[] =>
  rows
    .filter(({ at }) => at > range.from && at < range.to)
    .sort((a, b) => a.at - b.at)
    .slice(range.skip, range.skip + range.count)

describe('windows of a list that begins with the oldest', () => {
  test('show every row once it is reached, newest windows first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 120 }),
        fc.integer({ min: 2, max: 20 }),
        async (times, count) => {
          const rows: Row[] = times.map((at, id) => ({ id, at }))
          const windows = new HistoryWindows<Row>(
            { read: async (range) => within(rows, range) },
            { oldest: 0, to: 253_402_300_799, now: 4_000_000, count },
          )
          const seen = new Set<number>()
          while (!windows.done) {
            for (const { id } of (await windows.next()).rows) seen.add(id)
            const missing = rows.filter(({ id, at }) => at >= windows.floor && !seen.has(id))
            expect(missing).toEqual([])
          }
          expect(seen.size).toBe(rows.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('cost few calls and little memory for ten thousand rows', async () => {
    const rows: Row[] = Array.from({ length: 10_000 }, (_, id) => ({ id, at: 1_700_000_000 + id * 600 }))
    let calls = 0
    let most = 0
    const windows = new HistoryWindows<Row>(
      {
        async read(range) {
          calls++
          const read = within(rows, range)
          most = Math.max(most, read.length)
          return read
        },
      },
      { oldest: 0, to: 253_402_300_799, now: 1_706_000_000, count: 100 },
    )
    const first = await windows.next()
    expect(first.rows.length).toBeGreaterThan(0)
    expect(calls).toBeLessThan(20)
    expect(most).toBeLessThanOrEqual(100)
  })
})

let eclair: ScriptedEclair
let backend: LightningBackend

beforeEach(async () => {
  eclair = await ScriptedEclair.start()
  backend = createEclairBackend({ url: eclair.url, password: eclair.password })
})

afterEach(async () => {
  await backend.close()
  await eclair.stop()
})

const rangeOf = (form: Form) => ({
  from: Number(form.from),
  to: Number(form.to),
  count: Number(form.count),
  skip: Number(form.skip),
})

const hashOf = (index: number) => paymentHash(index.toString(16).padStart(64, '0'))
const uuidOf = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`

/** Scripts the lists: invoices that were never paid, and payments that took their time. */
function script(
  invoices: readonly number[],
  payments: readonly { startedAt: number; settledAt: number }[],
): void {
  const [invoice] = answered<object[]>('listinvoices')
  const made = invoices.map((at, index) => ({
    at,
    json: { ...invoice, timestamp: at, paymentHash: hashOf(index) },
  }))
  const json = (form: Form) => ({ json: within(made, rangeOf(form)).map((each) => each.json) })
  eclair.script.set('listinvoices', json)
  eclair.script.set('listpendinginvoices', json)
  eclair.script.set('listreceivedpayments', () => ({ json: [] }))
  const { sent } = answered<{ sent: { parts: object[] }[] }>('audit-sender')
  const time = (unix: number) => ({ iso: new Date(unix * 1000).toISOString(), unix })
  const paid = payments.map(({ startedAt, settledAt }, index) => ({
    at: settledAt,
    json: {
      ...sent[0],
      id: uuidOf(index),
      paymentHash: hashOf(1000 + index),
      parts: [
        {
          ...sent[0]!.parts[0],
          id: uuidOf(5000 + index),
          startedAt: time(startedAt),
          settledAt: time(settledAt),
        },
      ],
    },
  }))
  eclair.script.set('audit', (form) => ({
    json: { sent: within(paid, rangeOf(form)).map((each) => each.json), received: [], relayed: [] },
  }))
}

async function walk(
  request: Omit<ListTransactionsRequest, 'limit'>,
  limit: number,
): Promise<readonly Transaction[]> {
  const items: Transaction[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await backend.listTransactions({
      ...request,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return items
  }
}

describe('the history', () => {
  test('joins pages of invoices and payments, whatever time a payment took', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1000, max: 1040 }), { maxLength: 12 }),
        fc.array(
          fc.record({
            startedAt: fc.integer({ min: 1000, max: 1040 }),
            took: fc.integer({ min: 0, max: 60 }),
          }),
          { maxLength: 12 },
        ),
        fc.integer({ min: 1, max: 5 }),
        async (invoices, payments, limit) => {
          script(
            invoices,
            payments.map(({ startedAt, took }) => ({ startedAt, settledAt: startedAt + took })),
          )
          const walked = await walk({}, limit)
          expect(new Set(walked.map(({ id }) => id)).size).toBe(walked.length)
          expect(walked).toHaveLength(invoices.length + payments.length)
          const times = walked.map(({ createdAt }) => createdAt)
          expect(times).toEqual([...times].sort((a, b) => b - a))
          expect(walked).toEqual((await backend.listTransactions({ limit: 1000 })).items)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('asks for everything, not for the last day', async () => {
    script([1_600_000_000], [{ startedAt: 1_600_000_100, settledAt: 1_600_000_101 }])
    const { items } = await backend.listTransactions({ limit: 10 })
    expect(items.map(({ direction, status }) => `${direction} ${status}`)).toEqual([
      'outgoing settled',
      'incoming open',
    ])
    for (const { method, form } of eclair.calls)
      if (method !== 'listpendinginvoices' && method !== 'listreceivedpayments') expect(form.from).toBe('0')
  })

  test('keeps to the times and the direction asked for', async () => {
    script([1000, 2000, 3000], [{ startedAt: 2000, settledAt: 9000 }])
    const { items } = await backend.listTransactions({ limit: 10, from: 2000, to: 3000 })
    expect(items.map(({ id }) => id.slice(0, 3))).toEqual(['out', 'in:'])
    expect(await walk({ direction: 'incoming' }, 2)).toHaveLength(3)
    expect(await walk({ direction: 'outgoing' }, 2)).toHaveLength(1)
  })

  test('tells paid, open and expired invoices apart', async () => {
    eclair.answer('listinvoices', capture('listinvoices'))
    eclair.answer('listpendinginvoices', { json: answered<object[]>('listpendinginvoices').slice(0, 1) })
    eclair.answer('listreceivedpayments', { json: answered<object[]>('listreceivedpayments').slice(1) })
    eclair.answer('audit', { json: { sent: [], received: [], relayed: [] } })
    const { items } = await backend.listTransactions({ limit: 20 })
    const counts = Map.groupBy(items, ({ status }) => status)
    expect(counts.get('open')).toHaveLength(1)
    expect(counts.get('settled')).toHaveLength(answered<object[]>('listreceivedpayments').length - 1)
    expect(counts.get('expired')?.length).toBeGreaterThan(0)
  })

  test('reads what the node captured had sent', async () => {
    eclair.answer('audit', capture('audit-sender'))
    const { items } = await backend.listTransactions({ limit: 20, direction: 'outgoing' })
    expect(items.at(-1)).toEqual({
      id: 'out:d724fbf6-2bd7-4bad-81f0-32fb3ae9b984',
      direction: 'outgoing',
      status: 'settled',
      paymentHash: '0ec91145bfa4cc19c0bafe54e1da4ec912866f7c63f25fabe0d39169720b25ae',
      amountMsat: 10_000n,
      feeMsat: 1002n,
      createdAt: 1_795_322_946,
      settledAt: 1_795_322_947,
    })
  })

  test.each(['x', '1.in:00', `1000.out:${uuidOf(1)}`])(
    'refuses a cursor that is none: %s',
    async (cursor) => {
      await expect(backend.listTransactions({ limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid_request',
      })
      expect(eclair.calls).toEqual([])
    },
  )
})
