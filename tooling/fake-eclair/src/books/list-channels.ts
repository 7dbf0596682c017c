import type { Channel } from '@lightning-mcp/core'
import type { EclairNode } from '../eclair-node.ts'

/** All that are not closed: open ones first, then those on their way. */
export async function openChannels(node: EclairNode): Promise<readonly Channel[]> {
  const { items } = await node.wallet.channels!.list({ limit: 1000 })
  return [...items, ...(await node.wallet.channels!.listPending!({}))]
}

/** Open, on their way, and closed ones. */
export async function allChannels(node: EclairNode): Promise<readonly Channel[]> {
  const { items } = await node.wallet.channels!.listClosed!({ limit: 1000 })
  return [...(await openChannels(node)), ...items]
}
