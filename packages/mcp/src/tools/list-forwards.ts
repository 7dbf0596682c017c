import type { Forward, UnixSeconds } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, costs, counted, holds, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { isoTime } from '../time.ts'
import { defineTool, READS } from '../tool.ts'
import { moreText, pageFields, pageShape } from '../views/page.ts'

const DEFAULT_LIMIT = 10

const forwardView = (forward: Forward) => ({
  created_at: isoTime(forward.createdAt),
  incoming_channel: forward.incomingChannel,
  outgoing_channel: forward.outgoingChannel,
  ...holds('incoming', forward.incomingMsat),
  ...costs('outgoing', forward.outgoingMsat),
  ...holds('fee', forward.feeMsat),
})

const secondsOf = (time: string): UnixSeconds => Math.floor(Date.parse(time) / 1_000)

export const listForwards = defineTool({
  name: 'list_forwards',
  title: 'Forwarded payments',
  description: 'Payments of others that this node forwarded, with the fee it earned, a page at a time.',
  effect: 'read',
  annotations: READS,
  requires: ['forwards.list'],
  input: z.strictObject({
    since: field.time.optional(),
    until: field.time.optional(),
    limit: field.limit(DEFAULT_LIMIT).optional(),
    cursor: field.cursor.optional(),
  }),
  output: z.object({
    forwards: z.array(
      z.object({
        created_at: z.string(),
        incoming_channel: z.string(),
        outgoing_channel: z.string(),
        ...amountShape('incoming'),
        ...amountShape('outgoing'),
        ...amountShape('fee'),
      }),
    ),
    ...pageShape,
  }),
  async run(args, { wallet, signal }) {
    const facet = wallet.node.forwards ?? unsupportedNow('list forwards')
    const page = await facet.list({
      limit: args.limit ?? DEFAULT_LIMIT,
      ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      ...(args.since === undefined ? {} : { from: secondsOf(args.since) }),
      ...(args.until === undefined ? {} : { to: secondsOf(args.until) }),
      signal,
    })
    const forwards = page.items.map(forwardView)
    const earned = forwards.reduce((sum, { fee_sats }) => sum + fee_sats, 0)
    return {
      data: { forwards, ...pageFields('forwards', forwards, [], page.nextCursor) },
      text:
        forwards.length === 0
          ? 'No forwarded payments.'
          : `${counted(forwards.length, 'forwarded payment')}, earning about ${satsText(earned)}.${moreText(page.nextCursor)}`,
    }
  },
})
