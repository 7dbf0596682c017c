import type { FakeNode } from '../node/fake-node.ts'
import { orTimedOut, type SubsystemIndexes } from '../node/indexes.ts'
import { toInvoiceLine } from '../node/invoice-book.ts'
import type { Commands } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'

/** Long polls. */
export const waitingCommands: Commands = {
  waitanyinvoice: async (node, params, { signal }) => {
    const paid = node.invoices.untilPaidAfter(params.number('lastpay_index') ?? 0, signal)
    const late = (): Error => new RpcError(904, 'Timed out while waiting for invoice to be paid')
    return toInvoiceLine(await orTimedOut(node.clock, params.number('timeout'), paid, late))
  },

  waitinvoice: async (node, params) => {
    const row = node.invoices.labelled(params.text('label') ?? '')
    if (row === undefined) throw new RpcError(-1, 'Label not found')
    const over = await node.invoices.untilOver(row)
    if (over.state === 'paid') return toInvoiceLine(over)
    throw new RpcError(903, 'invoice expired during wait', { data: toInvoiceLine(over) })
  },

  wait: async (node, params, { signal }) => {
    const subsystem = params.text('subsystem') ?? ''
    const indexName = params.text('indexname')
    const indexes = await indexesOf(node, subsystem)
    if (indexName !== 'created' && indexName !== 'updated' && indexName !== 'deleted')
      throw badParameter('indexname', 'should be created, updated or deleted', JSON.stringify(indexName))
    const { value, details } = await indexes.wait(indexName, params.number('nextvalue') ?? 0, signal)
    return {
      subsystem,
      [indexName]: value,
      ...(details === undefined ? {} : { details, [subsystem]: details }),
    }
  },

  waitsendpay: async (node, params) => {
    const hash = params.hash('payment_hash') ?? ''
    const partId = params.number('partid') ?? 0
    const part = node.payments
      .groups(hash)
      .flatMap(({ parts }) => parts)
      .find((candidate) => candidate.partId === partId)
    if (part === undefined) throw new RpcError(208, `Never attempted payment part ${partId} for '${hash}'`)
    throw new RpcError(200, 'Timed out while waiting')
  },
}

async function indexesOf(node: FakeNode, subsystem: string): Promise<SubsystemIndexes> {
  if (subsystem === 'invoices') return node.invoices.indexes
  if (subsystem === 'sendpays') return node.payments.indexes
  if (subsystem === 'forwards') {
    await node.forwards.refresh()
    return node.forwards.indexes
  }
  throw badParameter('subsystem', 'should be a valid subsystem', JSON.stringify(subsystem))
}
