import { type Channel, type ChannelOperation, LightningError, sat } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { failedOutcome } from '../intents/outcome.ts'
import { type ChannelOpenDetails, detailsOf, labelOf } from '../spending/spend-plan.ts'
import { theOneOf } from './claims.ts'
import { channelName, channelNames, listChannels } from './listing.ts'
import { listSince, spentBy } from './onchain.ts'
import { spentOutcome, waitingOutcome } from './spent.ts'
import type { Judge, LookContext, Strategy } from './strategy.ts'

/** Opening a channel: found by its label, else as the one new channel of ours with that peer and capacity. */
export const channelOpenStrategy: Strategy = {
  isReady: ({ details }) => details !== undefined,
  async send(intent, backend, { signal }) {
    const { labelled, known: _, ...order } = detailsOf<ChannelOpenDetails>(intent)
    if (backend.channels?.open === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend opens no channels' })
    const answer = await backend.channels.open({
      peer: order.peer,
      capacitySat: order.capacitySat,
      feeRateSatPerVbyte: order.feeRateSatPerVbyte,
      private: order.private,
      // rounded down: what is left of a sat is not there to be spent
      maxFeeSat: sat(intent.maxFeeMsat / 1000n),
      signal,
      ...(order.host === undefined ? {} : { host: order.host }),
      ...(order.pushMsat === 0n ? {} : { pushMsat: order.pushMsat }),
      ...(labelled ? { label: labelOf(intent) } : {}),
    })
    return judgeOperation(answer)
  },
  async lookUp(intent, context) {
    const { txId } = detailsOf<ChannelOpenDetails>(intent)
    if (intent.state === 'settled' && txId !== undefined) return judgeFee(intent, txId, context)
    const channel = await findChannel(intent, context)
    if (channel === undefined) return (current, nowMs) => waitingOutcome(current, nowMs)
    const funding = fundingOf(channel)
    return (current, nowMs) => spentOutcome(current, { txId: funding, channel }, nowMs)
  },
}

/** What the answer to an opening, closing or splice means. */
export const judgeOperation =
  (answer: ChannelOperation): Judge =>
  (current, nowMs) => {
    if (answer.status === 'failed')
      return failedOutcome({ reason: 'other', detail: answer.detail }, 'same-call')
    if (answer.status === 'unknown') return waitingOutcome(current, nowMs)
    return spentOutcome(current, { txId: answer.txId, channel: answer }, nowMs)
  }

/** What the transaction cost, once the node's list shows it. */
export async function judgeFee(intent: Intent, txId: string, context: LookContext): Promise<Judge> {
  const found = (await listSince(intent, context)).find((transaction) => transaction.txId === txId)
  return (current, nowMs) => spentOutcome(current, found === undefined ? { txId } : spentBy(found), nowMs)
}

async function findChannel(intent: Intent, context: LookContext): Promise<Channel | undefined> {
  const { labelled, known, peer, capacitySat } = detailsOf<ChannelOpenDetails>(intent)
  const channels = await context.ask((backend, signal) => listChannels(backend, signal, { closed: true }))
  if (labelled) return channels.find(({ label }) => label === labelOf(intent))
  const alike = channels.filter((channel) => isAlike(channel, peer, capacitySat))
  const fresh = alike.filter((channel) => !channelNames(channel).some((name) => known.includes(name)))
  return theOneOf(intent, fresh, (channel) => fundingOf(channel) ?? channelName(channel), context)
}

/** Whether it could be one that this node opened with that peer. */
export const isAlike = (channel: Channel, peer: string, capacitySat: bigint): boolean =>
  channel.peer === peer && channel.capacitySat === capacitySat && channel.initiator !== 'remote'

const fundingOf = ({ fundingOutpoint }: Channel): string | undefined => fundingOutpoint?.split(':')[0]
