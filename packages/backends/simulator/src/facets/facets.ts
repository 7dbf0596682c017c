import type { LightningBackend } from '@lightning-mcp/core'
import { ask, type Connection } from '../service/connection.ts'
import { createChannels } from './channels.ts'
import { createOnchain } from './onchain.ts'
import { createSplicing } from './splicing.ts'

/** The optional abilities that are one question to the node each. */
export const createFacets = (
  connection: Connection,
): Required<
  Pick<LightningBackend, 'invoices' | 'hold' | 'routing' | 'channels' | 'splicing' | 'peers' | 'onchain'>
> => ({
  invoices: {
    cancel: ({ signal, ...request }) => ask(connection, signal, 'cancelInvoice', request),
  },
  hold: {
    create: ({ signal, ...request }) => ask(connection, signal, 'createHoldInvoice', request),
    settle: ({ signal, ...request }) => ask(connection, signal, 'settleHoldInvoice', request),
    cancel: ({ signal, ...request }) => ask(connection, signal, 'cancelInvoice', request),
  },
  routing: {
    estimateFee: ({ signal, target }) => ask(connection, signal, 'estimateFee', { target }),
    findRoutes: ({ signal, ...request }) => ask(connection, signal, 'findRoutes', request),
  },
  channels: createChannels(connection),
  splicing: createSplicing(connection),
  peers: {
    list: ({ signal }) => ask(connection, signal, 'listPeers'),
    connect: ({ signal, nodeId }) => ask(connection, signal, 'connectPeer', { nodeId }),
    disconnect: ({ signal, nodeId }) => ask(connection, signal, 'disconnectPeer', { nodeId }),
  },
  onchain: createOnchain(connection),
})
