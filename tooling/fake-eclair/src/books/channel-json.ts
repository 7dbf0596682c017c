import type { Channel } from '@lightning-mcp/core'
import { capturedAnswer } from '../captures.ts'
import { digits, type Json, type JsonObject } from '../json.ts'
import { ownChannelUpdate } from '../routes.ts'
import type { Funding } from './funding-book.ts'

const normal = capturedAnswer('channel')
const opening = capturedAnswer<readonly JsonObject[]>('channels-unconfirmed')[2] as JsonObject
const closing = capturedAnswer<readonly JsonObject[]>('channels-closing')[0] as JsonObject
const forceClosing = capturedAnswer<readonly JsonObject[]>('channels-force-closing')[0] as JsonObject

/** What the engine does not tell of a channel. */
export interface ChannelContext {
  nodeId: string
  aliases: JsonObject
  /** Newest first, and how many of them are not deep enough in the chain yet. */
  fundings: readonly Funding[]
  unconfirmed: number
}

/** A channel as `channels` and `channel` tell it: the captured one with this one's values. */
export function channelJson(channel: Channel, context: ChannelContext): JsonObject {
  const head = { nodeId: channel.peer, channelId: channel.channelId }
  switch (channel.state) {
    case 'opening':
      return {
        ...head,
        state: 'WAIT_FOR_DUAL_FUNDING_CONFIRMED',
        data: { ...object(opening, 'data'), commitments: commitments(channel, context) },
      }
    case 'closing':
      return {
        ...head,
        state: 'NEGOTIATING_SIMPLE',
        data: closingData(channel, context),
      }
    case 'force-closing':
      return { ...head, state: 'CLOSING', data: forceClosingData(channel, context) }
    default:
      return {
        ...head,
        state: channel.state === 'active' ? 'NORMAL' : 'OFFLINE',
        data: normalData(channel, context),
      }
  }
}

/** A closed channel. No capture shows one: the names are those of Eclair's table of closed channels. */
export const closedChannelJson = (channel: Channel, context: ChannelContext): JsonObject => ({
  nodeId: channel.peer,
  channelId: channel.channelId,
  state: 'CLOSED',
  data: {
    type: 'DATA_CLOSED',
    channelId: channel.channelId,
    remoteNodeId: channel.peer,
    fundingTxId: txIdOf(channel),
    fundingOutputIndex: 0,
    fundingTxIndex: context.fundings.length - 1,
    channelFeatures: 'option_dual_fund',
    isChannelOpener: channel.initiator === 'local',
    commitmentFormat: 'anchor_outputs',
    announced: !channel.private,
    capacity: digits(channel.capacitySat),
    closingTxId: channel.closingTxId,
    localBalance: digits(channel.localMsat),
    remoteBalance: digits(channel.remoteMsat),
    closingAmount: digits(channel.localMsat / 1000n),
  },
})

const normalData = (channel: Channel, context: ChannelContext): JsonObject => {
  const { shortChannelId } = channel
  const data = object(normal, 'data')
  const { lastAnnouncement_opt: announcement, ...rest } = data
  return {
    ...rest,
    commitments: commitments(channel, context),
    aliases: context.aliases,
    ...(channel.private ? {} : { lastAnnouncement_opt: { ...(announcement as JsonObject), shortChannelId } }),
    channelUpdate: ownChannelUpdate(channel, shortChannelId ?? '0x0x0'),
  }
}

const closingData = (channel: Channel, context: ChannelContext): JsonObject => {
  const data = object(closing, 'data')
  const [published] = data['publishedClosingTxs'] as readonly JsonObject[]
  const [proposed] = data['proposedClosingTxs'] as readonly { localOnly_opt: JsonObject }[]
  const txid = channel.closingTxId
  return {
    ...data,
    commitments: commitments(channel, context),
    proposedClosingTxs: [{ localOnly_opt: { ...proposed?.localOnly_opt, txid } }],
    publishedClosingTxs: [{ ...published, txid }],
  }
}

const forceClosingData = (channel: Channel, context: ChannelContext): JsonObject => {
  const data = object(forceClosing, 'data')
  const commit = data['localCommitPublished'] as JsonObject
  const txid = channel.closingTxId
  return {
    ...data,
    commitments: commitments(channel, context),
    localCommitPublished: {
      ...commit,
      commitTx: { ...(commit['commitTx'] as JsonObject), txid },
      localOutput_opt: `${txid}:3`,
      anchorOutput_opt: `${txid}:0`,
      irrevocablySpent: { [channel.fundingOutpoint as string]: { txid, tx: '' } },
    },
  }
}

function commitments(channel: Channel, { nodeId, fundings, unconfirmed }: ChannelContext): JsonObject {
  const captured = object(object(normal, 'data'), 'commitments')
  const params = object(captured, 'channelParams')
  const all = fundings.map((funding, index) =>
    commitment(channel, funding, fundings.length - 1 - index, index < unconfirmed, fundings),
  )
  // what a deep splice has replaced is no longer active
  const active = Math.min(unconfirmed + 1, all.length)
  return {
    ...captured,
    channelParams: {
      ...params,
      channelId: channel.channelId,
      localParams: {
        ...object(params, 'localParams'),
        nodeId,
        isChannelOpener: channel.initiator === 'local',
        paysCommitTxFees: channel.initiator === 'local',
      },
      remoteParams: { ...object(params, 'remoteParams'), nodeId: channel.peer },
      channelFlags: { ...object(params, 'channelFlags'), announceChannel: !channel.private },
    },
    active: all.slice(0, active),
    inactive: all.slice(active),
  }
}

function commitment(
  channel: Channel,
  funding: Funding,
  fundingTxIndex: number,
  isUnconfirmed: boolean,
  fundings: readonly Funding[],
): JsonObject {
  const [captured] = object(object(normal, 'data'), 'commitments')['active'] as readonly JsonObject[]
  const template = captured as JsonObject
  const newest = fundings[0] as Funding
  // an older commitment has less, or more, by what this side has spliced
  const localMsat = channel.localMsat - (newest.capacitySat - funding.capacitySat) * 1000n
  return {
    ...template,
    fundingTxIndex,
    fundingInput: funding.outpoint,
    fundingAmount: digits(funding.capacitySat),
    localFunding: isUnconfirmed
      ? { status: 'unconfirmed', txid: funding.outpoint.slice(0, 64) }
      : { status: 'confirmed', shortChannelId: funding.shortChannelId ?? channel.shortChannelId },
    remoteFunding: { status: isUnconfirmed ? 'not-locked' : 'locked' },
    localCommit: withSpec(template, 'localCommit', channel, localMsat, channel.remoteMsat),
    remoteCommit: withSpec(template, 'remoteCommit', channel, channel.remoteMsat, localMsat),
  }
}

const withSpec = (
  template: JsonObject,
  name: 'localCommit' | 'remoteCommit',
  channel: Channel,
  toLocal: bigint,
  toRemote: bigint,
): JsonObject => {
  const commit = object(template, name)
  return {
    ...commit,
    spec: {
      ...object(commit, 'spec'),
      htlcs: htlcs(channel),
      toLocal: digits(toLocal),
      toRemote: digits(toRemote),
    },
  }
}

/** How many there are; what each one is the engine does not tell, and no capture shows one. */
const htlcs = (channel: Channel): Json =>
  Array.from({ length: channel.pendingHtlcs ?? 0 }, (_, id) => ({
    direction: 'OUT',
    id,
    channelId: channel.channelId,
  }))

const object = (parent: JsonObject, name: string): JsonObject => parent[name] as JsonObject

const txIdOf = ({ fundingOutpoint = '' }: Channel): string => fundingOutpoint.slice(0, 64)
