import type { LightningBackend } from '@lightning-mcp/core'
import type { SimulatorClock } from '../clock.ts'
import { ask, type Connection } from '../service/connection.ts'
import { createChannels } from './channels.ts'
import { createNode, type NodeFacets } from './node.ts'
import { createOffers } from './offers.ts'
import { createOnchain } from './onchain.ts'
import { createSplicing } from './splicing.ts'

/** The optional abilities that are one question to the node each. */
export const createFacets = (
  connection: Connection,
  clock: SimulatorClock,
): Required<
  Pick<
    LightningBackend,
    'invoices' | 'hold' | 'offers' | 'routing' | 'channels' | 'splicing' | 'peers' | 'onchain'
  >
> &
  NodeFacets => ({
  invoices: {
    cancel: ({ signal, ...request }) => ask(connection, signal, 'cancelInvoice', request),
  },
  hold: {
    create: ({ signal, ...request }) => ask(connection, signal, 'createHoldInvoice', request),
    settle: ({ signal, ...request }) => ask(connection, signal, 'settleHoldInvoice', request),
    cancel: ({ signal, ...request }) => ask(connection, signal, 'cancelInvoice', request),
  },
  offers: createOffers(connection, clock),
  routing: {
    probe: ({ signal, target }) => ask(connection, signal, 'probe', { target }),
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
  ...createNode(connection),
})
