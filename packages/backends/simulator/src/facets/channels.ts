import type { ChannelOperation, ChannelsFacet } from '@lightning-mcp/core'
import { ask, askOnce, type Connection } from '../service/connection.ts'

const unknown = (): ChannelOperation => ({ status: 'unknown' })

/** Channels of the wallet's node. */
export const createChannels = (connection: Connection): ChannelsFacet => ({
  list: ({ signal, ...request }) => ask(connection, signal, 'listChannels', request),
  listPending: ({ signal }) => ask(connection, signal, 'listPendingChannels'),
  listClosed: ({ signal, ...request }) => ask(connection, signal, 'listClosedChannels', request),
  open: ({ signal, ...request }) => askOnce(connection, signal, unknown, 'openChannel', request),
  close: ({ signal, ...request }) => askOnce(connection, signal, unknown, 'closeChannel', request),
  updatePolicy: ({ signal, ...request }) => ask(connection, signal, 'updateChannelPolicy', request),
})
