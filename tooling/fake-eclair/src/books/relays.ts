import { createHash } from 'node:crypto'
import type { Channel, Forward } from '@lightning-mcp/core'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type JsonObject } from '../json.ts'
import { moment } from '../times.ts'
import { allChannels } from './list-channels.ts'

/** A payment that this node passed on. */
export interface Relay {
  atMs: number
  incoming: RelaySide
  outgoing: RelaySide
  /** `payment-relayed`. */
  event: JsonObject
}

interface RelaySide {
  channelId: string
  remoteNodeId: string
  amountMsat: bigint
}

/** What this node has forwarded, oldest first. The engine keeps no hashes of it: they are made up. */
export async function relaysOf(node: EclairNode): Promise<readonly Relay[]> {
  const { wallet } = node
  const forwards: Forward[] = []
  let cursor: string | undefined
  do {
    const page = await wallet.forwards!.list({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    forwards.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  if (forwards.length === 0) return []
  const channels = await allChannels(node)
  return forwards.reverse().map((forward, index) => toRelay(forward, index, channels))
}

function toRelay(forward: Forward, index: number, channels: readonly Channel[]): Relay {
  const side = (name: string, amountMsat: bigint): RelaySide => {
    const channel = channels.find(
      ({ shortChannelId, channelId }) => name === shortChannelId || name === channelId,
    )
    return { channelId: channel?.channelId ?? '', remoteNodeId: channel?.peer ?? '', amountMsat }
  }
  const incoming = side(forward.incomingChannel, forward.incomingMsat)
  const outgoing = side(forward.outgoingChannel, forward.outgoingMsat)
  const atMs = forward.createdAt * 1000
  const json = ({ channelId, remoteNodeId, amountMsat }: RelaySide): JsonObject => ({
    channelId,
    remoteNodeId,
    amount: digits(amountMsat),
  })
  return {
    atMs,
    incoming,
    outgoing,
    event: {
      type: 'payment-relayed',
      paymentHash: createHash('sha256').update(`relay ${index} ${atMs}`).digest('hex'),
      incoming: [{ ...json(incoming), receivedAt: moment(atMs) }],
      outgoing: [{ ...json(outgoing), settledAt: moment(atMs) }],
    },
  }
}
