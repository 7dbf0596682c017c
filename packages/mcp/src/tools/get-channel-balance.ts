import { addMsat, type Channel, type Msat, ZERO_MSAT } from '@lightning-mcp/core'
import * as z from 'zod'
import { amountShape, counted, holds, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { unsupportedNow } from '../failures.ts'
import { allChannels } from '../find-channel.ts'
import { defineTool, READS } from '../tool.ts'

const sum = (amounts: readonly Msat[]): Msat => addMsat(ZERO_MSAT, ...amounts)

/** A sum of something that not every backend tells is told only if every channel tells it. */
function sumIfAll(channels: readonly Channel[], amount: (channel: Channel) => Msat | undefined) {
  const known = channels.map(amount).filter((value) => value !== undefined)
  return known.length === channels.length ? sum(known) : undefined
}

export const getChannelBalance = defineTool({
  name: 'get_channel_balance',
  title: 'Channel balance',
  description: 'Sums over all open channels, in sats: both sides, and what is spendable and receivable.',
  effect: 'read',
  annotations: READS,
  requires: ['channels.list'],
  input: z.strictObject({}),
  output: z.object({
    channels: z.int(),
    active_channels: z.int(),
    ...amountShape('local'),
    ...amountShape('remote'),
    ...optionalAmountShape('spendable'),
    ...optionalAmountShape('receivable'),
  }),
  async run(_args, { wallet, signal }) {
    const facet = wallet.node.channels ?? unsupportedNow('list channels')
    const channels = await allChannels(facet, { signal })
    const active = channels.filter(({ state }) => state === 'active')
    const data = {
      channels: channels.length,
      active_channels: active.length,
      ...holds('local', sum(channels.map(({ localMsat }) => localMsat))),
      ...holds('remote', sum(channels.map(({ remoteMsat }) => remoteMsat))),
      ...holdsIf(
        'spendable',
        sumIfAll(active, ({ spendableMsat }) => spendableMsat),
      ),
      ...holdsIf(
        'receivable',
        sumIfAll(active, ({ receivableMsat }) => receivableMsat),
      ),
    }
    return {
      data,
      text: `${counted(data.channels, 'channel')}, ${data.active_channels} active: local ${satsText(data.local_sats)}, remote ${satsText(data.remote_sats)}.`,
    }
  },
})
