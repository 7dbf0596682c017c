import type { LightningBackend } from '@lightning-mcp/core'
import { ask, type Connection } from '../service/connection.ts'

export type NodeFacets = Required<
  Pick<LightningBackend, 'graph' | 'forwards' | 'messages' | 'watchtowers' | 'backup'>
>

/** What the wallet's node does beside paying. */
export const createNode = (connection: Connection): NodeFacets => ({
  graph: {
    getNode: ({ signal, nodeId }) => ask(connection, signal, 'getGraphNode', { nodeId }),
  },
  forwards: {
    list: ({ signal, ...request }) => ask(connection, signal, 'listForwards', request),
    feeReport: ({ signal }) => ask(connection, signal, 'getFeeReport'),
  },
  messages: {
    sign: ({ signal, message }) => ask(connection, signal, 'signMessage', { message }),
    verify: ({ signal, ...request }) => ask(connection, signal, 'verifyMessage', request),
  },
  watchtowers: {
    list: ({ signal }) => ask(connection, signal, 'listWatchtowers'),
    add: ({ signal, ...request }) => ask(connection, signal, 'addWatchtower', request),
    remove: ({ signal, nodeId }) => ask(connection, signal, 'removeWatchtower', { nodeId }),
    stats: ({ signal }) => ask(connection, signal, 'getWatchtowerStats'),
  },
  backup: {
    export: ({ signal }) => ask(connection, signal, 'exportBackup'),
    verify: ({ signal, backup }) => ask(connection, signal, 'verifyBackup', { backup }),
  },
})
