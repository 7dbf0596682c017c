import type { Channel } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, holds, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { listedText } from '../outside-text.ts'
import { defineTool, READS } from '../tool.ts'

const DEFAULT_LIMIT = 6

const channelView = (channel: Channel) => ({
  channel_id: channel.shortChannelId ?? channel.fundingOutpoint ?? channel.channelId ?? '',
  peer: channel.peer as string,
  ...listedText('peer_alias', channel.peerAlias),
  status: channel.state,
  capacity_sats: Number(channel.capacitySat),
  ...holds('local', channel.localMsat),
  ...holds('remote', channel.remoteMsat),
  ...holdsIf('spendable', channel.spendableMsat),
  ...holdsIf('receivable', channel.receivableMsat),
  private: channel.private,
})

export const listChannels = defineTool({
  name: 'list_channels',
  title: 'Channels',
  description: 'Open channels with balances on both sides, in sats, a page at a time.',
  effect: 'read',
  annotations: READS,
  requires: ['channels.list'],
  input: z.strictObject({ limit: field.limit(DEFAULT_LIMIT).optional(), cursor: field.cursor.optional() }),
  output: z.object({
    channels: z.array(
      z.object({
        channel_id: z.string(),
        peer: z.string(),
        peer_alias: z.string().optional(),
        status: z.string(),
        capacity_sats: z.int(),
        ...amountShape('local'),
        ...amountShape('remote'),
        ...optionalAmountShape('spendable'),
        ...optionalAmountShape('receivable'),
        private: z.boolean(),
      }),
    ),
    untrusted_fields: z.array(z.string()).optional(),
    next_cursor: z.string().optional(),
  }),
  async run(args, { wallet, signal }) {
    const facet = wallet.node.channels ?? unsupportedNow('list channels')
    const page = await facet.list({
      limit: args.limit ?? DEFAULT_LIMIT,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      signal,
    })
    const channels = page.items.map(channelView)
    const hasAlias = channels.some((channel) => channel.peer_alias !== undefined)
    return {
      data: {
        channels,
        ...(hasAlias ? { untrusted_fields: ['channels[].peer_alias'] } : {}),
        ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
      },
      text:
        channels.length === 0
          ? 'No channels.'
          : `${channels.length} channels: ${channels.map((channel) => `${channel.channel_id} ${channel.status}, local ${satsText(channel.local_sats)}`).join('; ')}.${page.nextCursor === undefined ? '' : ' More with next_cursor.'}`,
    }
  },
})
