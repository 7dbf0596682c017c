import {
  type Channel,
  type ChannelState,
  clampSubMsat,
  type Msat,
  satToMsat,
  type TxId,
  txId,
} from '@lightning-mcp/core'
import { isText, toMsat, toNodeId, toObject, toSat } from './to-core.ts'

/** Pure: what `channels` and `closedchannels` answer. Names of before 0.14 stand beside today's. */

interface RawChannel {
  nodeId?: unknown
  channelId?: unknown
  state?: unknown
  data?: unknown
}

type Members = Readonly<Record<string, unknown>>

const members = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A channel, with the name under which Eclair's balances list it. */
export interface ReadChannel {
  channel: Channel
  alias: string | undefined
}

/** `undefined` for one that was never funded: a refused opening stays in Eclair's list for a while. */
export function readChannel(value: unknown): ReadChannel | undefined {
  const raw = toObject<RawChannel>(value, 'a channel')
  const data = members(raw.data)
  const state = stateOf(raw.state, data)
  if (state === undefined) return undefined
  const commitments = members(data.commitments)
  const params = members(commitments.channelParams ?? commitments.params)
  const commitment = latest(commitments)
  const opener = members(params.localParams).isChannelOpener ?? members(params.localParams).isInitiator
  const update = members(data.channelUpdate)
  const closingTxId = state === 'active' || state === 'inactive' ? undefined : closingTxIdOf(data)
  const channel: Channel = {
    ...namesOf(raw, commitment, update),
    peer: toNodeId(raw.nodeId),
    state,
    ...holdingsOf(commitment, data),
    private: members(params.channelFlags ?? members(data.init).channelFlags).announceChannel !== true,
    ...(typeof opener === 'boolean' ? { initiator: opener ? ('local' as const) : ('remote' as const) } : {}),
    ...policyOf(update),
    ...(closingTxId === undefined ? {} : { closingTxId }),
  }
  const { localAlias } = members(data.aliases ?? members(data.shortIds))
  return { channel, alias: isText(localAlias) ? localAlias : undefined }
}

/** What Eclair's states are called here; the ones of a channel that is away are told by its data. */
const STATES: readonly (readonly [RegExp, ChannelState])[] = [
  [/^(DATA_)?NORMAL$/, 'active'],
  [/^(DATA_)?(SHUTDOWN|NEGOTIATING|NEGOTIATING_SIMPLE)$/, 'closing'],
  [/^(DATA_)?WAIT_FOR_REMOTE_PUBLISH_FUTURE_COMMITMENT$/, 'force-closing'],
  // before there is a funding transaction
  [/^(DATA_)?WAIT_FOR_/, 'opening'],
]

function stateOf(name: unknown, data: Members): ChannelState | undefined {
  if (!isText(name) || name === 'CLOSED') return undefined
  const away = name === 'OFFLINE' || name === 'SYNCING'
  const told = away ? data.type : name
  if (!isText(told)) return away ? 'inactive' : undefined
  if (/^(DATA_)?CLOSING$/.test(told)) return isForced(data) ? 'force-closing' : 'closing'
  // a state of a newer version: the channel is there, and carries nothing for all that is known here
  const state = STATES.find(([pattern]) => pattern.test(told))?.[1] ?? 'inactive'
  return state === 'active' && away ? 'inactive' : state
}

const FORCED = [
  'localCommitPublished',
  'remoteCommitPublished',
  'nextRemoteCommitPublished',
  'futureRemoteCommitPublished',
]

const isForced = (data: Members): boolean =>
  FORCED.some((name) => data[name] !== undefined && data[name] !== null) ||
  listOf(data.revokedCommitPublished).length > 0

/** After a splice both outputs are there until the new one is deep enough: the newest counts. */
function latest(commitments: Members): Members {
  const index = (commitment: Members): number => Number(commitment.fundingTxIndex ?? 0)
  return listOf(commitments.active)
    .map(members)
    .reduce((newest, each) => (index(each) >= index(newest) ? each : newest), {} as Members)
}

function namesOf(raw: RawChannel, commitment: Members, update: Members) {
  const outpoint = commitment.fundingInput ?? members(commitment.fundingTx).outPoint
  const shortChannelId = members(commitment.localFunding).shortChannelId ?? update.shortChannelId
  return {
    ...(isText(shortChannelId) && /^\d+x\d+x\d+$/.test(shortChannelId) ? { shortChannelId } : {}),
    ...(isText(outpoint) && /^[0-9a-f]{64}:\d+$/.test(outpoint) ? { fundingOutpoint: outpoint } : {}),
    ...(isText(raw.channelId) && /^[0-9a-f]{64}$/.test(raw.channelId) ? { channelId: raw.channelId } : {}),
  }
}

function holdingsOf(commitment: Members, data: Members) {
  const spec = members(members(commitment.localCommit).spec)
  const funding = commitment.fundingAmount ?? members(commitment.fundingTx).amountSatoshis
  if (funding === undefined)
    return {
      capacitySat: toSat(members(data.init).fundingAmount ?? 0),
      localMsat: toMsat(0),
      remoteMsat: toMsat(0),
    }
  return {
    capacitySat: toSat(funding),
    localMsat: toMsat(spec.toLocal),
    remoteMsat: toMsat(spec.toRemote),
    pendingHtlcs: listOf(spec.htlcs).length,
  }
}

function policyOf(update: Members): Pick<Channel, 'policy'> {
  if (typeof update.feeProportionalMillionths !== 'number' || typeof update.cltvExpiryDelta !== 'number')
    return {}
  return {
    policy: {
      feeBaseMsat: toMsat(update.feeBaseMsat),
      feeProportionalMillionths: update.feeProportionalMillionths,
      cltvExpiryDelta: update.cltvExpiryDelta,
      ...(update.htlcMinimumMsat === undefined ? {} : { minHtlcMsat: toMsat(update.htlcMinimumMsat) }),
      ...(update.htlcMaximumMsat === undefined ? {} : { maxHtlcMsat: toMsat(update.htlcMaximumMsat) }),
    },
  }
}

function closingTxIdOf(data: Members): TxId | undefined {
  const published = [
    ...listOf(data.mutualClosePublished),
    ...listOf(data.publishedClosingTxs),
    ...FORCED.map((name) => members(data[name]).commitTx),
    { txid: data.closingTxId },
  ]
  const found = published
    .map((each) => members(each).txid)
    .find((id): id is string => isText(id) && /^[0-9a-f]{64}$/.test(id))
  return found === undefined ? undefined : txId(found)
}

/**
 * `closedchannels`. No capture has one in it: a channel's last data, or the short record that newer
 * versions keep; what is missing is left out.
 */
export function readClosedChannel(value: unknown): Channel {
  const raw = toObject<RawChannel>(value, 'a closed channel')
  const data = members(raw.data)
  const commitment = latest(members(data.commitments))
  const closingTxId = closingTxIdOf(data)
  const short = data.capacity !== undefined
  const outpoint = `${String(data.fundingTxId)}:${String(data.fundingOutputIndex)}`
  return {
    ...namesOf(raw, commitment, members(data.channelUpdate)),
    ...(/^[0-9a-f]{64}:\d+$/.test(outpoint) ? { fundingOutpoint: outpoint } : {}),
    peer: toNodeId(raw.nodeId),
    state: 'closed',
    ...(short
      ? {
          capacitySat: toSat(data.capacity),
          localMsat: atMost(data.localBalance, data.capacity),
          remoteMsat: atMost(data.remoteBalance, data.capacity),
        }
      : holdingsOf(commitment, data)),
    private: false,
    ...(closingTxId === undefined ? {} : { closingTxId }),
  }
}

const atMost = (value: unknown, capacity: unknown): Msat => {
  const most = satToMsat(toSat(capacity))
  const amount = toMsat(value ?? 0)
  return clampSubMsat(amount, clampSubMsat(amount, most))
}
