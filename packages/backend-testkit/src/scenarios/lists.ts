import assert from 'node:assert/strict'
import { type ListTransactionsRequest, supports, type Transaction } from '@lightning-mcp/core'
import type { CaseContext } from '../case-context.ts'
import { expectAnswer, settle } from '../expectations.ts'
import { payGenerously, untilPayment } from '../payments.ts'
import { type Scenario, verifies } from '../scenario.ts'

const PAGE_SIZE = 2
/** A shared real node may have a long history: so many pages are looked at. */
const MOST_PAGES = 40
const SECONDS_PER_YEAR = 31_536_000

export const listScenarios: readonly Scenario[] = [
  verifies('page-forward-no-gap-no-duplicate', async (context) => {
    const { backend } = context
    const made = await makeHistory(context, 5)
    const { items: whole } = await backend.listTransactions({ limit: PAGE_SIZE * MOST_PAGES })
    const walked = await walk(context, {})
    const ids = walked.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length, `an entry is repeated: ${ids.join(' ')}`)
    assert.deepEqual(ids, whole.map(({ id }) => id).slice(0, ids.length), 'pages joined')
    for (const hash of made)
      assert.ok(
        walked.some(({ paymentHash }) => paymentHash === hash),
        `${hash} is missing`,
      )
    for (const [index, { createdAt }] of walked.entries())
      assert.ok(createdAt <= (walked[index - 1]?.createdAt ?? createdAt), 'the newest come first')
  }),

  verifies('page-stable-while-new-arrive', async (context) => {
    const { backend } = context
    const made = await makeHistory(context, 4)
    const first = await backend.listTransactions({ limit: PAGE_SIZE })
    assert.ok(first.nextCursor !== undefined, 'a full page with more behind it has a cursor')
    const late = await makeHistory(context, 2)
    const rest = await walk(context, { cursor: first.nextCursor })
    const walked = [...first.items, ...rest]
    const ids = walked.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length, `an entry is repeated: ${ids.join(' ')}`)
    for (const hash of made)
      assert.ok(
        walked.some(({ paymentHash }) => paymentHash === hash),
        `${hash} was pushed off`,
      )
    const { items } = await backend.listTransactions({ limit: 10 })
    for (const hash of late)
      assert.ok(
        items.some(({ paymentHash }) => paymentHash === hash),
        `${hash} is not on a new first page`,
      )
  }),

  verifies('old-items-beyond-default-window', async (context) => {
    const { stage } = context
    const made = await makeHistory(context, 1)
    await stage.clock!.advance(2 * SECONDS_PER_YEAR)
    await makeHistory(context, 1)
    const walked = await walk(context, {})
    for (const hash of made)
      assert.ok(
        walked.some(({ paymentHash }) => paymentHash === hash),
        'the oldest entry is missing',
      )
  }),

  verifies('include-failed-and-pending', async (context) => {
    const { stage, backend, amount, within } = context
    const { counterparty } = stage
    const open = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
    const rejected = await counterparty.createInvoice({ amountMsat: amount(1000) })
    await counterparty.cancelInvoice!(rejected.paymentHash)
    await settle(() => payGenerously(context, rejected.invoice))
    const held = await counterparty.hold!.createInvoice({ amountMsat: amount(1000) })
    const paying = expectAnswer(() => payGenerously(context, held.invoice))
    await within('the HTLC to arrive', counterparty.hold!.accepted(held.paymentHash))
    try {
      const expected = [
        [open.paymentHash, 'incoming', 'open'],
        [rejected.paymentHash, 'outgoing', 'failed'],
        [held.paymentHash, 'outgoing', 'pending'],
      ] as const
      const { items } = await backend.listTransactions({ limit: 50 })
      for (const [hash, direction, status] of expected) {
        const row = items.find(({ paymentHash }) => paymentHash === hash)
        assert.equal(row?.status, status, `${direction} entry`)
        assert.equal(row?.direction, direction)
        const filtered = await backend.listTransactions({ limit: 50, direction, statuses: [status] })
        assert.ok(
          filtered.items.some(({ id }) => id === row?.id),
          `asked for ${status} ones only`,
        )
        assert.ok(filtered.items.every((item) => item.status === status && item.direction === direction))
      }
    } finally {
      await counterparty.hold!.settle(held.paymentHash)
      await paying
    }
    if (supports(backend.capabilities, 'lookupPayment')) await untilPayment(context, held, 'settled')
  }),
]

/** So many entries, incoming and, where the backend can pay, outgoing; answers their hashes. */
async function makeHistory(context: CaseContext, count: number): Promise<readonly string[]> {
  const { stage, backend, amount } = context
  const hashes: string[] = []
  for (let index = 0; index < count; index++) {
    if (index % 2 === 1 && supports(backend.capabilities, 'payInvoice')) {
      const { invoice, paymentHash } = await stage.counterparty.createInvoice({ amountMsat: amount(1000) })
      await payGenerously(context, invoice)
      hashes.push(paymentHash)
    } else {
      const { paymentHash } = await backend.createInvoice({ amountMsat: amount(1000), expirySeconds: 600 })
      hashes.push(paymentHash)
    }
  }
  return hashes
}

async function walk(
  { backend }: CaseContext,
  start: Pick<ListTransactionsRequest, 'cursor'>,
): Promise<readonly Transaction[]> {
  const walked: Transaction[] = []
  let { cursor } = start
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, nextCursor } = await backend.listTransactions({
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    assert.ok(items.length <= PAGE_SIZE, `a page of ${items.length} where ${PAGE_SIZE} were asked for`)
    walked.push(...items)
    if (nextCursor === undefined) break
    cursor = nextCursor
  }
  return walked
}
