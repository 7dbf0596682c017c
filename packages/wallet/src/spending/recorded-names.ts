import type { BackendIdentity, ChannelRef } from '@lightning-mcp/core'
import { sameChannel } from '../dispatch/listing.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import { detailsOf } from './spend-plan.ts'

/** Earlier ones are of channels that have closed long ago. */
const LOOK_BACK = 200

/** All names of a channel, as an earlier order for it had them: LND shows one that is closing without its short id. */
export async function recordedNames(
  reader: StoreReader,
  identity: BackendIdentity,
  channel: ChannelRef,
): Promise<ChannelRef | undefined> {
  for (const order of await reader.channelOrders(identity, LOOK_BACK)) {
    const { channel: names } = detailsOf<{ channel?: ChannelRef }>(order)
    if (names !== undefined && sameChannel(names, channel)) return names
  }
  return undefined
}
