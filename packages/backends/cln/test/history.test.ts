import { createHash } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { type ListTransactionsRequest, msat, paymentHash, type Transaction } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findNewest, walkDown } from '../src/descending.ts'
import { createClnBackend } from '../src/index.ts'
import { fail, type ScriptedNode, startScriptedNode } from './scripted-node.ts'

const T0 = 1_790_000_000

interface Row {
  created_index: number
}

/** As Core Lightning pages: from a number on, ascending. */
const pageOf = <R extends Row>(
  rows: readonly R[],
  { start = 1, limit = 1e9 }: { start?: number; limit?: number },
) => rows.filter(({ created_index }) => created_index >= start).slice(0, limit)

describe('walking down', () => {
  const walk = async (numbers: readonly number[], below: number) => {
    const rows = numbers.map((created_index) => ({ created_index }))
    let reads = 0
    const list = {
      read: async (start: number, limit: number) => {
        reads++
        return pageOf(rows, { start, limit })
      },
    }
    const seen: number[] = []
    for await (const { created_index } of walkDown(list, below)) seen.push(created_index)
    return { seen, reads: () => reads, list }
  }
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)

  test.each([
    ['dense', range(1, 1234), 1235],
    ['from the middle', range(1, 500), 300],
    ['with holes', range(1, 3000).filter((number) => number % 7 === 0 || number > 2900), 3001],
    ['after a long hole', [...range(1, 150), ...range(90_000, 90_120)], 90_121],
    ['dense below a hole', [...range(1, 5_000), ...range(40_000, 40_001)], 40_002],
    ['empty', [], 1],
  ])('%s: every row once, newest first', async (_name, numbers, below) => {
    const { seen } = await walk(numbers, below)
    expect(seen).toEqual(numbers.filter((number) => number < below).toReversed())
  })

  test('a long hole costs few calls', async () => {
    const { reads } = await walk([...range(1, 100), ...range(1_000_000, 1_000_010)], 1_000_011)
    expect(reads()).toBeLessThan(60)
  })

  test.each([0, 1, 2, 99, 1000, 12_345])('the newest of %i rows is found', async (count) => {
    const { list } = await walk([], 1)
    const rows = range(1, count).map((created_index) => ({ created_index }))
    list.read = async (start: number, limit: number) => pageOf(rows, { start, limit })
    expect(await findNewest(list, 0)).toBe(count)
    expect(await findNewest(list, Math.floor(count / 2))).toBe(count)
  })
})

describe('the history', () => {
  let node: ScriptedNode
  const opened: { close(): Promise<void> }[] = []

  beforeEach(async () => {
    node = await startScriptedNode()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((backend) => backend.close()))
    await node.close()
  })

  const secretOf = (name: string): string => createHash('sha256').update(name).digest('hex')
  const hashOf = (name: string) =>
    paymentHash(
      createHash('sha256')
        .update(Buffer.from(secretOf(name), 'hex'))
        .digest('hex'),
    )

  const part = (created_index: number, changes: object = {}) => ({
    created_index,
    payment_hash: hashOf(`pay ${created_index}`),
    groupid: 1,
    partid: 1,
    amount_msat: 1000,
    amount_sent_msat: 1001,
    created_at: T0 + created_index * 10,
    completed_at: T0 + created_index * 10 + 1,
    status: 'complete',
    payment_preimage: secretOf(`pay ${created_index}`),
    ...changes,
  })

  const template = encodeInvoice(
    {
      network: 'regtest',
      paymentHash: hashOf('template'),
      paymentSecret: '22'.repeat(32),
      amountMsat: msat(1000n),
      description: 'x',
      createdAt: T0,
    },
    '11'.repeat(32),
  )
  /** Only the time in it is read: seven characters behind the separator. */
  const bolt11 = (at: number): string => {
    const start = template.lastIndexOf('1') + 1
    let words = ''
    for (let left = at, index = 0; index < 7; index++, left = Math.floor(left / 32))
      words = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'[left % 32] + words
    return `${template.slice(0, start)}${words}${template.slice(start + 7)}`
  }

  const invoice = (created_index: number, changes: object = {}) => ({
    created_index,
    label: `l${created_index}`,
    payment_hash: hashOf(`invoice ${created_index}`),
    amount_msat: 2000,
    status: 'unpaid',
    expires_at: T0 + 1_000_000_000,
    bolt11: bolt11(T0 + created_index * 10 + 5),
    ...changes,
  })

  function holds(parts: readonly ReturnType<typeof part>[], invoices: readonly ReturnType<typeof invoice>[]) {
    node.on('listsendpays', ({ payment_hash, ...page }) => ({
      payments:
        payment_hash === undefined
          ? pageOf(parts, page)
          : parts.filter((one) => one.payment_hash === payment_hash),
    }))
    node.on('listinvoices', (page) => ({ invoices: pageOf(invoices, page) }))
    node.on('wait', ({ subsystem }) => ({
      subsystem,
      created: (subsystem === 'sendpays' ? parts : invoices).at(-1)?.created_index ?? 0,
    }))
  }

  const backend = () => {
    const made = createClnBackend({ socket: node.socket })
    opened.push(made)
    return made
  }

  async function walk(from = backend(), request: Partial<ListTransactionsRequest> = {}) {
    const items: Transaction[] = []
    let cursor: string | undefined
    do {
      const page = await from.listTransactions({
        limit: 7,
        ...request,
        ...(cursor === undefined ? {} : { cursor }),
      })
      expect(page.items.length).toBeLessThanOrEqual(request.limit ?? 7)
      items.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return items
  }

  const indexes = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

  test('invoices and payments are merged, newest first, each once', async () => {
    holds(
      indexes(23).map((index) => part(index)),
      indexes(31).map((index) => invoice(index)),
    )
    const items = await walk()
    expect(items.length).toBe(54)
    expect(new Set(items.map(({ id }) => id)).size).toBe(54)
    expect(items.map(({ createdAt }) => createdAt)).toEqual(
      items.map(({ createdAt }) => createdAt).toSorted((a, b) => b - a),
    )
    expect(items.at(-1)).toMatchObject({ direction: 'outgoing', feeMsat: 1n, createdAt: T0 + 10 })
  })

  test('what arrives between two pages shifts nothing', async () => {
    const parts = indexes(10).map((index) => part(index))
    const invoices = indexes(10).map((index) => invoice(index))
    holds(parts, invoices)
    const made = backend()
    const first = await made.listTransactions({ limit: 5 })
    parts.push(part(11), part(12))
    invoices.push(invoice(11))
    const rest = await made.listTransactions({ limit: 100, cursor: first.nextCursor as string })
    const ids = [...first.items, ...rest.items].map(({ id }) => id)
    expect(ids.length).toBe(20)
    expect(new Set(ids).size).toBe(20)
  })

  test('parts of one attempt are one row, also across pages', async () => {
    const mpp = hashOf('mpp')
    const ofMpp = (created_index: number, partid: number, changes: object = {}) =>
      part(created_index, {
        payment_hash: mpp,
        payment_preimage: secretOf('mpp'),
        groupid: 9,
        partid,
        amount_msat: 500,
        amount_sent_msat: 505,
        ...changes,
      })
    holds(
      [
        ofMpp(1, 1, { status: 'failed', payment_preimage: undefined }),
        part(2),
        ofMpp(3, 2),
        ...indexes(20).map((index) => part(index + 3)),
        ofMpp(24, 3),
        // a second attempt with the same hash
        part(25, { payment_hash: mpp, groupid: 10, status: 'failed', payment_preimage: undefined }),
      ],
      [],
    )
    const items = (await walk()).filter((item) => item.paymentHash === mpp)
    expect(items).toMatchObject([
      { id: `out:${mpp}:10`, status: 'failed' },
      { id: `out:${mpp}:9`, status: 'settled', amountMsat: 1000n, feeMsat: 10n, createdAt: T0 + 10 },
    ])
  })

  test('a whole part after a failed first one of an older `pay` is the same row', async () => {
    const same = {
      payment_hash: hashOf('old'),
      payment_preimage: secretOf('old'),
      groupid: 1,
      bolt11: template,
    }
    const first = part(1, { ...same, partid: undefined, status: 'failed', payment_preimage: undefined })
    holds([first, part(2, same)], [])
    expect(await walk()).toMatchObject([{ status: 'settled', feeMsat: 1n, createdAt: T0 + 10 }])
  })

  test('direction, status and time filter', async () => {
    holds(
      indexes(20).map((index) =>
        part(index, index % 2 === 0 ? { status: 'pending', payment_preimage: undefined } : {}),
      ),
      indexes(20).map((index) => invoice(index)),
    )
    const pending = await walk(backend(), { direction: 'outgoing', statuses: ['pending'] })
    expect(pending.length).toBe(10)
    const window = await walk(backend(), { from: T0 + 50, to: T0 + 100 })
    expect(window.length).toBe(10)
    expect(window.every(({ createdAt }) => createdAt >= T0 + 50 && createdAt < T0 + 100)).toBe(true)
  })

  test('a node where `wait` may not be called is searched for its end', async () => {
    holds(
      indexes(40).map((index) => part(index)),
      indexes(3).map((index) => invoice(index)),
    )
    node.on('wait', () => fail(1502, 'Not permitted: method is not equal to listsendpays'))
    expect((await walk()).length).toBe(43)
  })

  test('ten thousand payments are paged a batch at a time', async () => {
    holds(
      indexes(10_000).map((index) =>
        part(index, { bolt11: template, groupid: 3_082_755_828_503_042 + index }),
      ),
      [],
    )
    const items = await walk(backend(), { limit: 500, direction: 'outgoing' })
    expect(items.length).toBe(10_000)
    const reads = node.called('listsendpays')
    expect(Math.max(...reads.map(({ params }) => Number(params['limit'])))).toBe(100)
    // no look-up where one part tells all
    expect(reads.length).toBeLessThan(150)
  })

  test.each(['x', '1', '1.2.3', '-1.2'])('the cursor %s is refused', async (cursor) => {
    await expect(backend().listTransactions({ limit: 5, cursor })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})
