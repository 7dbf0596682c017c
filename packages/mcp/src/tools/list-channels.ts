import type { CallOptions, Channel, Page, PageRequest } from '@lightning-mcp/core'
import type { NodeReader } from '@lightning-mcp/wallet'
import * as z from 'zod'
import { counted, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { defineTool, READS } from '../tool.ts'
import { channelOutput, channelView } from '../views/channel.ts'
import { moreText, pageFields, pageShape, slicePage } from '../views/page.ts'

/** So few that a page keeps within 4 kB whatever is in it. */
const DEFAULT_LIMIT = 4

const STATES = ['open', 'pending', 'closed'] as const

type Lister = (
  channels: NonNullable<NodeReader['channels']>,
  request: PageRequest & CallOptions,
) => Promise<Page<Channel>>

const LISTERS: Readonly<Record<(typeof STATES)[number], Lister>> = {
  open: (channels, request) => channels.list(request),
  closed: (channels, request) => channels.listClosed?.(request) ?? unsupportedNow('list closed channels'),
  async pending(channels, { limit, cursor, signal }) {
    const options = signal === undefined ? {} : { signal }
    const all = (await channels.listPending?.(options)) ?? unsupportedNow('list pending channels')
    return slicePage(all, { limit, cursor })
  },
}

const channelText = ({ channel_id, status, local_sats }: ReturnType<typeof channelView>): string =>
  `${channel_id} ${status}, local ${satsText(local_sats)}`

export const listChannels = defineTool({
  name: 'list_channels',
  title: 'Channels',
  description:
    'Channels with balances on both sides and fees, in sats, a page at a time. pending: opening or closing.',
  effect: 'read',
  annotations: READS,
  requires: ['channels.list'],
  input: z.strictObject({
    state: z.enum(STATES).describe('Default open').optional(),
    limit: field.limit(DEFAULT_LIMIT).optional(),
    cursor: field.cursor.optional(),
  }),
  output: z.object({ channels: z.array(channelOutput), ...pageShape }),
  async run(args, { wallet, signal }) {
    const state = args.state ?? 'open'
    const facet = wallet.node.channels ?? unsupportedNow('list channels')
    const { items, nextCursor } = await LISTERS[state](facet, {
      limit: args.limit ?? DEFAULT_LIMIT,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      signal,
    })
    const channels = items.map(channelView)
    return {
      data: { channels, ...pageFields('channels', channels, ['peer_alias'], nextCursor) },
      text:
        channels.length === 0
          ? `No ${state} channels.`
          : `${counted(channels.length, `${state} channel`)}: ${channels.map(channelText).join('; ')}.${moreText(nextCursor)}`,
    }
  },
})
