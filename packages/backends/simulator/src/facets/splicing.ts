import type { ChannelOperation, SplicingFacet } from '@lightning-mcp/core'
import { askOnce, type Connection } from '../service/connection.ts'

const unknown = (): ChannelOperation => ({ status: 'unknown' })

/** Resizing of the wallet's channels. */
export const createSplicing = (connection: Connection): SplicingFacet => ({
  spliceIn: ({ signal, ...request }) => askOnce(connection, signal, unknown, 'spliceIn', request),
  spliceOut: ({ signal, ...request }) => askOnce(connection, signal, unknown, 'spliceOut', request),
})
