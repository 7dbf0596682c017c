import type { ChannelRef } from '@lightning-mcp/core'
import { channelName } from '../dispatch/listing.ts'
import type { Asked } from '../intents/target.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { PreparedSpend } from './draft-spend.ts'
import { offerDestination } from './read-offer.ts'
import type { AskedSpend, SpendOrder } from './read-spend.ts'

/** A spending in the form in which payments are claimed; without a plan where the backend could not be asked. */
export function askedFor(
  { order, capitalMsat, feeRateSatPerVbyte, ...asked }: AskedSpend,
  prepared?: PreparedSpend,
): Asked {
  return {
    ...asked,
    target: {
      kind: order.kind,
      destination: prepared?.destination ?? destinationOf(order),
      ...(capitalMsat === undefined ? {} : { capitalMsat }),
      ...(order.kind === 'channel-open' ? { private: order.private } : {}),
      ...(feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }),
      ...(prepared === undefined ? {} : { plan: prepared.plan }),
      ...(prepared?.channel === undefined ? {} : { channel: prepared.channel }),
    },
  }
}

/** Known without the backend, except for a channel, which has several names. */
export function destinationOf(order: SpendOrder): string {
  switch (order.kind) {
    case 'keysend':
      return order.payee
    case 'offer':
      return offerDestination(order.offer)
    case 'channel-open':
      return order.peer
    case 'onchain':
    case 'splice-out':
      return order.address
    default:
      return channelDestination(order.channel, order)
  }
}

/** A forced close may follow a cooperative one that the peer does not answer. */
export const channelDestination = (channel: ChannelRef, order: SpendOrder): string =>
  `channel:${channelName(channel)}${order.kind === 'channel-close' && order.mode === 'force' ? '?force' : ''}`

/** Whether something of this call may be on record, so that an unreachable node is not the whole answer. */
export async function isKnownSpend(reader: StoreReader, account: string, asked: Asked): Promise<boolean> {
  const { idempotencyKey, quoteId, target, amountMsat } = asked
  if (idempotencyKey !== undefined && (await reader.intentByKey(account, idempotencyKey))) return true
  if (quoteId !== undefined && (await reader.intentByQuote(account, quoteId))) return true
  const { kind, destination } = target
  if (kind === 'offer') {
    const states = ['created', 'awaiting_approval', 'dispatched', 'settled'] as const
    return (await reader.newestMinted({ account, kind, destination, amountMsat }, states)) !== undefined
  }
  return (await reader.spendsTo(account, { kind, destination, amountMsat }, 1)).length > 0
}
