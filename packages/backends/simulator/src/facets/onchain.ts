import type { OnchainFacet, OnchainSend } from '@lightning-mcp/core'
import { ask, type Connection } from '../service/connection.ts'
import { orUnknown } from '../service/or-unknown.ts'

const unknown = (): OnchainSend => ({ status: 'unknown' })

/** Coins of the wallet's node. */
export const createOnchain = (connection: Connection): OnchainFacet => ({
  getBalance: ({ signal }) => ask(connection, signal, 'getOnchainBalance'),
  newAddress: ({ signal, ...request }) => ask(connection, signal, 'newAddress', request),
  send: ({ signal, ...request }) => orUnknown(connection, signal, unknown, 'sendOnchain', request),
  listUtxos: ({ signal }) => ask(connection, signal, 'listUtxos'),
  estimateFees: ({ signal, targets }) => ask(connection, signal, 'estimateOnchainFees', { targets }),
})
