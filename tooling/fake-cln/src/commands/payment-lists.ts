import { decodeBolt12Invoice, decodeInvoice } from '@lightning-mcp/codec'
import { LightningError } from '@lightning-mcp/core'
import type { FakeNode } from '../node/fake-node.ts'
import { groupState, type PartRow, type PaymentGroup, toPartLine, toPayLine } from '../node/payment-book.ts'
import type { Commands } from '../rpc/command.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { readPage, take } from '../rpc/read-page.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'

/** What was paid, as payments and as parts. */
export const paymentListCommands: Commands = {
  listpays: (node, params) => {
    const status = params.text('status')
    const groups = new Map<PaymentGroup, PartRow[]>()
    for (const row of rowsFor(node, params, 'listpays')) {
      const parts = groups.get(row.group)
      if (parts === undefined) groups.set(row.group, [row])
      else parts.push(row)
    }
    return {
      pays: [...groups]
        .filter(([, parts]) => status === undefined || groupState(parts) === status)
        .map(([group, parts]) => toPayLine(group, parts)),
    }
  },

  listsendpays: (node, params) => {
    const status = params.text('status')
    return {
      payments: rowsFor(node, params, 'listsendpays')
        .filter(({ state }) => status === undefined || state === status)
        .map(toPartLine),
    }
  },

  paystatus: () => ({ pay: [] }),
}

/** The limit of a page counts parts, in `listpays` too. */
function rowsFor(node: FakeNode, params: Parameters, method: string): readonly PartRow[] {
  const hash = params.hash('payment_hash')
  const text = params.text('bolt11')
  if (hash !== undefined && text !== undefined)
    throw new RpcError(INVALID_PARAMS, 'Can only specify one of {bolt11} or {payment_hash}')
  if ((hash !== undefined || text !== undefined) && node.faults.hiddenFrom.delete(method)) return []
  if (hash !== undefined) return node.payments.groups(hash).flatMap(({ parts }) => parts)
  if (text !== undefined) return partsOf(node, text)
  const page = readPage(params)
  if (page.index === 'created') return take(node.payments.from(page.start), page.limit)
  const updated = [...node.payments.from(1)]
    .filter((row) => (row.updatedIndex ?? 0) >= page.start)
    .sort((a, b) => (a.updatedIndex ?? 0) - (b.updatedIndex ?? 0))
  return take(updated, page.limit)
}

/** The parts that paid an invoice of this text; none for one that is no invoice. */
function partsOf(node: FakeNode, text: string): readonly PartRow[] {
  try {
    const { paymentHash } = /^lni1/i.test(text) ? decodeBolt12Invoice(text) : decodeInvoice(text)
    return node.payments.groups(paymentHash).flatMap(({ parts }) => parts)
  } catch (error) {
    if (LightningError.is(error)) return []
    throw error
  }
}
