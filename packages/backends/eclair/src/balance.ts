import { addMsat, type Balance, type Msat, type OnchainBalance } from '@lightning-mcp/core'
import type { RawChannelBalance } from './schemas.ts'
import { toList, toMsat, toObject } from './to-core.ts'

/** `usablebalances`: Eclair has taken reserves, commitment fees and HTLCs in flight off already, and leaves out peers that are away. */
export function toBalance(usable: unknown, onchain: OnchainBalance): Balance {
  const channels = toList(usable, 'usablebalances').map((each) =>
    toObject<RawChannelBalance>(each, 'the balance of a channel'),
  )
  const sum = (read: (channel: RawChannelBalance) => unknown): Msat =>
    addMsat(...channels.map((channel) => toMsat(read(channel))))
  return {
    spendableMsat: sum(({ canSend }) => canSend),
    receivableMsat: sum(({ canReceive }) => canReceive),
    onchain,
  }
}

/** Whether invoices need hints to be payable: some channel is known to its two sides only. */
export const hasPrivateChannels = (usable: unknown): boolean =>
  toList(usable, 'usablebalances').some(
    (each) => toObject<Partial<RawChannelBalance>>(each, 'the balance of a channel').isPublic === false,
  )
