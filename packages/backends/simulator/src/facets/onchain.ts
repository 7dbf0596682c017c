import type { OnchainFacet, OnchainSend } from '@lightning-mcp/core'
import { ask, askOnce, type Connection } from '../service/connection.ts'

const unknown = (): OnchainSend => ({ status: 'unknown' })

/** Coins of the wallet's node. */
export const createOnchain = (connection: Connection): OnchainFacet => ({
  getBalance: ({ signal }) => ask(connection, signal, 'getOnchainBalance'),
  newAddress: ({ signal, ...request }) => ask(connection, signal, 'newAddress', request),
  send: ({ signal, ...request }) => askOnce(connection, signal, unknown, 'sendOnchain', request),
  listUtxos: ({ signal }) => ask(connection, signal, 'listUtxos'),
  listTransactions: ({ signal, ...request }) => ask(connection, signal, 'listOnchainTransactions', request),
  estimateFees: ({ signal, targets }) => ask(connection, signal, 'estimateOnchainFees', { targets }),
})
