import type { OnchainTransaction, Page, PageRequest } from '@lightning-mcp/core'
import { checkPage } from '../history.ts'
import type { NetworkState } from '../network-state.ts'
import type { ChainTransaction } from './transaction.ts'

/** The node's transactions, newest first; a cursor is the place of the last one of its page. */
export function listOnchainTransactions(
  state: NetworkState,
  name: string,
  request: PageRequest,
): Page<OnchainTransaction> {
  checkPage(request)
  const before = request.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(request.cursor)
  const own = [...state.transactions.values()]
    .filter((transaction) => transaction.sequence < before && concerns(state, name, transaction))
    .reverse()
  const page = own.slice(0, request.limit)
  const items = page.map((transaction) => toOnchainTransaction(state, name, transaction))
  return own.length > page.length ? { items, nextCursor: String(page.at(-1)?.sequence) } : { items }
}

const spentSat = (state: NetworkState, name: string, transaction: ChainTransaction): bigint =>
  transaction.inputs.reduce((total, outpoint) => {
    const [txId = '', index = ''] = outpoint.split(':')
    const output = state.transactions.get(txId)?.outputs[Number(index)]
    return output?.owner === name ? total + output.amountSat : total
  }, 0n)

const concerns = (state: NetworkState, name: string, transaction: ChainTransaction): boolean =>
  transaction.outputs.some((output) => output.owner === name) || spentSat(state, name, transaction) > 0n

function toOnchainTransaction(
  state: NetworkState,
  name: string,
  transaction: ChainTransaction,
): OnchainTransaction {
  const spent = spentSat(state, name, transaction)
  const received = transaction.outputs.reduce(
    (total: bigint, output) => (output.owner === name ? total + output.amountSat : total),
    0n,
  )
  return {
    txId: transaction.txId,
    netSat: received - spent,
    confirmations: transaction.height === undefined ? 0 : state.counters.height - transaction.height + 1,
    createdAt: transaction.createdAt,
    outputs: transaction.outputs.map(({ address, amountSat, owner }) => ({
      address,
      amountSat,
      own: owner === name,
    })),
    ...(transaction.label?.by === name ? { label: transaction.label.text } : {}),
    ...(spent > 0n ? { feeSat: transaction.feeSat } : {}),
  }
}
