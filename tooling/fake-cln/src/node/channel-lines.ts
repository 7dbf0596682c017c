import { createHash } from 'node:crypto'
import type { Channel, ChannelPolicy } from '@lightning-mcp/core'
import { exact, given } from '../rpc/exact-json.ts'
import { type ClosedChannel, type Inflight, lockedMsat, reserveMsat, zeroIfAbsent } from './channel-book.ts'
import type { FakeNode } from './fake-node.ts'

const UNLIMITED_MSAT = 18_446_744_073_709_551_615n
const LOCKIN = 'CHANNELD_AWAITING_LOCKIN'
const NORMAL = 'CHANNELD_NORMAL'
const SPLICING = 'CHANNELD_AWAITING_SPLICE'
const DUST_MSAT = 546_000
const COMMITMENT_FEE_MSAT = 1_735_000
/** Stands for a PSBT: text that nobody here reads. */
export const FAKE_PSBT = 'cHNidP8BAgQCAAAAAQMEbwAAAAEEAQEBBQEBAQYBAwH7BAIAAAAA'

const STATES: Readonly<Record<Channel['state'], string>> = {
  opening: LOCKIN,
  active: NORMAL,
  inactive: NORMAL,
  closing: 'CLOSINGD_COMPLETE',
  'force-closing': 'AWAITING_UNILATERAL',
  closed: 'ONCHAIN',
}

/** Bytes in hex that follow from what they belong to. */
export const fakeHex = (bytes: number, ...of: readonly string[]): string =>
  createHash('sha512')
    .update(of.join('/'))
    .digest('hex')
    .slice(0, bytes * 2)

export const channelTypeOf = (isPrivate: boolean): unknown =>
  isPrivate
    ? { bits: [12, 22, 46], names: ['static_remotekey/even', 'anchors/even', 'scid_alias/even'] }
    : { bits: [12, 22], names: ['static_remotekey/even', 'anchors/even'] }

/** Random-looking short ids under which a channel is known to its two nodes alone. */
function aliasOf(channelId: string, side: string): string {
  const hex = fakeHex(8, channelId, side)
  return `${Number.parseInt(hex.slice(0, 6), 16)}x${Number.parseInt(hex.slice(6, 12), 16)}x${Number.parseInt(hex.slice(12, 16), 16)}`
}

const aliasesOf = ({ channelId = '', state }: Channel): unknown => ({
  local: aliasOf(channelId, 'local'),
  ...(state === 'opening' ? {} : { remote: aliasOf(channelId, 'remote') }),
})

const policyLine = (policy: ChannelPolicy, channel: Channel): unknown => ({
  htlc_minimum_msat: exact(policy.minHtlcMsat ?? 0n),
  htlc_maximum_msat: exact(policy.maxHtlcMsat ?? channel.capacitySat * 1000n - reserveMsat(channel)),
  cltv_expiry_delta: policy.cltvExpiryDelta,
  fee_base_msat: exact(policy.feeBaseMsat),
  fee_proportional_millionths: policy.feeProportionalMillionths,
})

const addressOf = (channelId: string): { address: string; script: string } => ({
  address: 'bcrt1pxtrk5t4azjsgklkyrvvrr8xhyw9ktszjnzr3hv56kjj0c3qujnssgkvf6d',
  script: `5120${fakeHex(32, channelId, 'close')}`,
})

/** The channel as the daemon tells it while a splice is under way: as it was, and the new one beside it. */
function asBefore(channel: Channel, inflight: Inflight | undefined): Channel {
  if (inflight === undefined) return channel
  const { before, deltaMsat } = inflight
  return {
    ...channel,
    capacitySat: before.capacitySat,
    localMsat: (channel.localMsat - deltaMsat) as Channel['localMsat'],
    ...(before.fundingOutpoint === undefined ? {} : { fundingOutpoint: before.fundingOutpoint }),
    ...(before.shortChannelId === undefined ? {} : { shortChannelId: before.shortChannelId }),
  }
}

function inflightLines(channel: Channel, inflight: Inflight): Record<string, unknown> {
  return {
    initial_feerate: '253perkw',
    last_feerate: '253perkw',
    next_feerate: '263perkw',
    inflight: [
      {
        funding_txid: inflight.txId,
        funding_outnum: inflight.output,
        feerate: '253perkw',
        total_funding_msat: exact(channel.capacitySat * 1000n),
        our_funding_msat: exact(inflight.before.localMsat),
        splice_amount: Number(inflight.deltaMsat / 1000n),
        scratch_txid: fakeHex(32, inflight.txId, 'scratch'),
      },
    ],
  }
}

/** A line of `listpeerchannels`. */
export function toPeerChannelLine(
  node: FakeNode,
  told: Channel,
  closed?: ClosedChannel,
): Record<string, unknown> {
  const { channelId = '', peer } = told
  const inflight = closed === undefined ? node.channels.inflight(channelId) : undefined
  const channel = asBefore(told, inflight)
  const online = closed === undefined && channel.state !== 'inactive' && channel.state !== 'force-closing'
  const state =
    closed !== undefined ? STATES.closed : inflight !== undefined ? SPLICING : STATES[channel.state]
  const [fundingTxId = '', fundingOutput = '0'] = (channel.fundingOutpoint ?? '').split(':')
  const policy = channel.policy as ChannelPolicy
  const htlcs = closed === undefined ? htlcsOf(node, channel) : []
  const outMsat = htlcs.reduce((total, { amountMsat }) => total + amountMsat, 0n)
  // what is offered and not settled yet counts as the offerer's
  const ownMsat = channel.localMsat + outMsat
  const totalMsat = channel.capacitySat * 1000n
  const { address, script } = addressOf(channelId)
  const pushedMsat = channel.initiator === 'local' ? 0n : ownMsat
  return given({
    peer_id: peer,
    peer_connected: online,
    reestablished: online ? true : undefined,
    channel_type: channelTypeOf(channel.private),
    ignore_fee_limits: true,
    updates: {
      local: policyLine(policy, channel),
      ...(node.channels.knowsRemote(channel) ? { remote: policyLine(policy, channel) } : {}),
    },
    last_stable_connection: node.channels.lastStable(channelId),
    state,
    scratch_txid: channel.closingTxId ?? fakeHex(32, channelId, 'scratch'),
    last_tx_fee_msat: COMMITMENT_FEE_MSAT,
    lost_state: false,
    feerate: { perkw: 1250, perkb: 5000 },
    owner: closed !== undefined ? 'onchaind' : online && channel.state !== 'closing' ? 'channeld' : undefined,
    short_channel_id: channel.shortChannelId,
    direction: node.id > peer ? 1 : 0,
    channel_id: channelId,
    funding_txid: fundingTxId,
    funding_outnum: Number(fundingOutput),
    ...(inflight === undefined ? {} : inflightLines(told, inflight)),
    close_to_addr: address,
    close_to: script,
    private: channel.private,
    opener: channel.initiator ?? 'local',
    closer: closed?.closer ?? (node.channels.modeOf(channelId) === undefined ? undefined : 'local'),
    alias: aliasesOf(channel),
    features: [
      'option_static_remotekey',
      'option_anchors',
      ...(channel.private ? ['option_scid_alias'] : []),
    ],
    funding: {
      local_funds_msat: exact(totalMsat - pushedMsat),
      remote_funds_msat: exact(pushedMsat),
      pushed_msat: exact(pushedMsat),
      psbt: FAKE_PSBT,
      withheld: false,
    },
    to_us_msat: exact(ownMsat),
    min_to_us_msat: exact(ownMsat),
    max_to_us_msat: exact(totalMsat),
    total_msat: exact(totalMsat),
    fee_base_msat: exact(policy.feeBaseMsat),
    fee_proportional_millionths: policy.feeProportionalMillionths,
    dust_limit_msat: DUST_MSAT,
    their_max_htlc_value_in_flight_msat: exact(UNLIMITED_MSAT),
    our_max_htlc_value_in_flight_msat: exact(UNLIMITED_MSAT),
    their_reserve_msat: exact(reserveMsat(channel)),
    our_reserve_msat: exact(reserveMsat(channel)),
    spendable_msat: exact(zeroIfAbsent(channel.spendableMsat)),
    receivable_msat: exact(zeroIfAbsent(channel.receivableMsat)),
    minimum_htlc_in_msat: 0,
    minimum_htlc_out_msat: exact(policy.minHtlcMsat ?? 0n),
    maximum_htlc_out_msat: exact(policy.maxHtlcMsat ?? totalMsat - reserveMsat(channel)),
    their_to_self_delay: 6,
    our_to_self_delay: 6,
    max_accepted_htlcs: 483,
    state_changes: channel.state === 'opening' ? [] : [lockin(node)],
    status: [statusOf(state)],
    in_payments_offered: 0,
    in_offered_msat: 0,
    in_payments_fulfilled: 0,
    in_fulfilled_msat: 0,
    out_payments_offered: htlcs.length,
    out_offered_msat: exact(outMsat),
    out_payments_fulfilled: 0,
    out_fulfilled_msat: 0,
    htlcs: htlcs.map(({ id, amountMsat, paymentHash }) => ({
      direction: 'out',
      id,
      amount_msat: exact(amountMsat),
      expiry: node.network.blockHeight + 18,
      payment_hash: paymentHash,
      state: 'SENT_ADD_ACK_REVOCATION',
      local_trimmed: true,
    })),
  })
}

const lockin = (node: FakeNode): unknown => ({
  timestamp: new Date(node.clock.now()).toISOString(),
  old_state: LOCKIN,
  new_state: NORMAL,
  cause: 'user',
  message: 'Lockin complete',
})

function statusOf(state: string): string {
  if (state === LOCKIN) return `${LOCKIN}:Funding needs 1 more confirmations to be ready.`
  if (state === NORMAL || state === SPLICING) return `${NORMAL}:Channel ready for use.`
  return `${state}:`
}

/** Own parts that are under way, as far as they fit into what the channel has locked. */
function htlcsOf(node: FakeNode, channel: Channel) {
  const htlcs: { id: number; amountMsat: bigint; paymentHash: string }[] = []
  let restMsat = lockedMsat(channel)
  if (restMsat === 0n) return htlcs
  for (const part of node.payments.pending) {
    if (part.sentMsat > restMsat) continue
    restMsat -= part.sentMsat
    htlcs.push({ id: part.createdIndex - 1, amountMsat: part.sentMsat, paymentHash: part.group.paymentHash })
  }
  return htlcs
}

/** A line of `listclosedchannels`. */
export function toClosedLine(node: FakeNode, closed: ClosedChannel): Record<string, unknown> {
  const { channel } = closed
  const { channelId = '' } = channel
  const [fundingTxId = '', fundingOutput = '0'] = (channel.fundingOutpoint ?? '').split(':')
  return given({
    peer_id: channel.peer,
    channel_id: channelId,
    short_channel_id: channel.shortChannelId,
    alias: aliasesOf(channel),
    opener: channel.initiator ?? 'local',
    closer: closed.closer,
    private: channel.private,
    channel_type: channelTypeOf(channel.private),
    total_local_commitments: 1,
    total_remote_commitments: 1,
    total_htlcs_sent: 0,
    funding_txid: fundingTxId,
    funding_outnum: Number(fundingOutput),
    leased: false,
    funding_psbt: FAKE_PSBT,
    funding_withheld: false,
    total_msat: exact(channel.capacitySat * 1000n),
    final_to_us_msat: exact(channel.localMsat),
    min_to_us_msat: exact(channel.localMsat),
    max_to_us_msat: exact(channel.capacitySat * 1000n),
    last_commitment_txid: closed.closingTxId,
    last_commitment_fee_msat: COMMITMENT_FEE_MSAT,
    close_cause: 'user',
    last_stable_connection: node.channels.lastStable(channelId),
  })
}
