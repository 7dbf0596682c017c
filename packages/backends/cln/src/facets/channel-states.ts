import {
  addMsat,
  type Channel,
  type ChannelPolicy,
  type ChannelState,
  clampSubMsat,
  type Msat,
  msat,
  nodeId,
  satToMsat,
  txId,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import { OPEN_STATES, ownMsat } from '../balance.ts'
import type { RawChannel, RawClosedChannel } from '../schemas.ts'
import { optionalMsat, toMsat, toSat } from '../to-core.ts'

/** Pure: Core Lightning's channels as core's. https://github.com/ElementsProject/lightning/blob/v26.06.6/lightningd/channel_state.h */

const OPENING = /^(OPENINGD|DUALOPEND_|CHANNELD_AWAITING_LOCKIN)/
const CLOSING: ReadonlySet<string> = new Set([
  'CHANNELD_SHUTTING_DOWN',
  'CLOSINGD_SIGEXCHANGE',
  'CLOSINGD_COMPLETE',
])

export function toChannelState(raw: RawChannel): ChannelState {
  if (OPEN_STATES.has(raw.state)) return raw.peer_connected ? 'active' : 'inactive'
  if (OPENING.test(raw.state)) return 'opening'
  if (CLOSING.has(raw.state)) return 'closing'
  if (raw.state === 'AWAITING_UNILATERAL') return 'force-closing'
  // FUNDING_SPEND_SEEN, ONCHAIN: whose transaction it was stands in words
  const forced =
    (raw.status ?? []).some((line) => /unilateral/i.test(line)) ||
    raw.state_changes?.some(({ new_state }) => new_state === 'AWAITING_UNILATERAL') === true
  if (forced) return 'force-closing'
  // a mutual close that is in a block pays at once; Core Lightning itself waits for 100 more
  return raw.state === 'ONCHAIN' ? 'closed' : 'closing'
}

/** What the channel holds once its newest splice is deep enough; what it holds where there is none. */
function afterSplice(raw: RawChannel): { outpoint: string | undefined; totalMsat: Msat; localMsat: Msat } {
  const splice = raw.state === 'CHANNELD_AWAITING_SPLICE' ? raw.inflight?.at(-1) : undefined
  const own = ownMsat(raw)
  if (splice === undefined)
    return {
      outpoint: raw.funding_txid === undefined ? undefined : `${raw.funding_txid}:${raw.funding_outnum ?? 0}`,
      totalMsat: toMsat(raw.total_msat ?? 0),
      localMsat: own,
    }
  const change = BigInt(splice.splice_amount ?? 0) * 1000n
  return {
    outpoint: `${splice.funding_txid}:${splice.funding_outnum}`,
    totalMsat: toMsat(splice.total_funding_msat),
    localMsat: own + change > 0n ? msat(own + change) : ZERO_MSAT,
  }
}

export function toChannel(raw: RawChannel): Channel {
  const { outpoint, totalMsat, localMsat } = afterSplice(raw)
  const incoming = addMsat(
    ...(raw.htlcs ?? [])
      .filter(({ direction }) => direction === 'in')
      .map(({ amount_msat }) => toMsat(amount_msat)),
  )
  const outgoing = clampSubMsat(toMsat(raw.to_us_msat ?? 0), ownMsat(raw))
  const spendableMsat = optionalMsat(raw.spendable_msat)
  const receivableMsat = optionalMsat(raw.receivable_msat)
  const state = toChannelState(raw)
  const policy = raw.updates?.local
  return {
    ...(raw.short_channel_id === undefined ? {} : { shortChannelId: raw.short_channel_id }),
    ...(outpoint === undefined ? {} : { fundingOutpoint: outpoint }),
    ...(raw.channel_id === undefined ? {} : { channelId: raw.channel_id }),
    peer: nodeId(raw.peer_id),
    state,
    capacitySat: toSat(totalMsat - (totalMsat % 1000n)),
    localMsat,
    remoteMsat: clampSubMsat(totalMsat, addMsat(localMsat, outgoing, incoming)),
    ...(spendableMsat === undefined ? {} : { spendableMsat }),
    ...(receivableMsat === undefined ? {} : { receivableMsat }),
    private: raw.private === true,
    ...initiator(raw.opener),
    pendingHtlcs: raw.htlcs?.length ?? 0,
    ...(policy === undefined ? {} : { policy: toPolicy(policy) }),
    // ours once we have ended it; whose transaction a peer's is, is not told here
    ...((state === 'closing' || state === 'force-closing') &&
    raw.closer === 'local' &&
    raw.scratch_txid !== undefined
      ? { closingTxId: txId(raw.scratch_txid) }
      : {}),
  }
}

const toPolicy = (raw: NonNullable<NonNullable<RawChannel['updates']>['local']>): ChannelPolicy => ({
  feeBaseMsat: toMsat(raw.fee_base_msat),
  feeProportionalMillionths: Number(raw.fee_proportional_millionths),
  cltvExpiryDelta: Number(raw.cltv_expiry_delta),
  minHtlcMsat: toMsat(raw.htlc_minimum_msat),
  maxHtlcMsat: toMsat(raw.htlc_maximum_msat),
})

const initiator = (opener: string | undefined): Pick<Channel, 'initiator'> =>
  opener === 'local' || opener === 'remote' ? { initiator: opener } : {}

export function toClosedChannel(raw: RawClosedChannel & { peer_id: string }): Channel {
  const total = toMsat(raw.total_msat)
  return {
    ...(raw.short_channel_id === undefined ? {} : { shortChannelId: raw.short_channel_id }),
    fundingOutpoint: `${raw.funding_txid}:${raw.funding_outnum}`,
    channelId: raw.channel_id,
    peer: nodeId(raw.peer_id),
    state: 'closed',
    capacitySat: toSat(total - (total % 1000n)),
    localMsat: toMsat(raw.final_to_us_msat),
    remoteMsat: satToMsat(0n),
    private: raw.private === true,
    ...initiator(raw.opener),
    ...(raw.last_commitment_txid === undefined ? {} : { closingTxId: txId(raw.last_commitment_txid) }),
  }
}
