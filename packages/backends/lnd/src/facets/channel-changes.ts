import {
  type ChannelOperation,
  type ChannelPolicy,
  type ChannelRef,
  type ChannelsFacet,
  cleanText,
  LightningError,
  msatToSatExact,
  nodeId,
  type OpenChannelRequest,
  type TxId,
} from '@lightning-mcp/core'
import type { LndClient, LndStream } from '../client.ts'
import { feeRateField } from '../fee-rate.ts'
import type { RawFailedUpdate } from '../node-schemas.ts'
import { channelIdOf, fromOutpoint, toTxId } from '../outpoint.ts'
import type { Enum, RawCloseUpdate } from '../schemas.ts'
import { sendOnce } from '../send-once.ts'
import { toShortChannelId } from '../short-channel-id.ts'
import { unreadable } from '../to-core.ts'
import { connectPeer } from './peers.ts'

/** Peers negotiate before LND answers. It goes on when it is no longer waited for. */
const PATIENCE_MS = 60_000

/** OpenChannelSync, which answers once the funding transaction is broadcast. */
export async function openChannel(client: LndClient, request: OpenChannelRequest): Promise<ChannelOperation> {
  const { signal, host } = request
  const peer = nodeId(request.peer)
  const message = {
    node_pubkey: Buffer.from(peer, 'hex'),
    local_funding_amount: String(request.capacitySat),
    ...(request.pushMsat === undefined ? {} : { push_sat: String(msatToSatExact(request.pushMsat)) }),
    ...feeRateField(request.feeRateSatPerVbyte),
    private: request.private === true,
    ...(request.label === undefined ? {} : { memo: request.label }),
  }
  if (host !== undefined) await connectPeer(client, { nodeId: peer, host, ...(signal && { signal }) })
  const sent = await sendOnce(client, signal, async () => {
    const reply = await client.sendOnce('openChannel', message, { timeoutMs: PATIENCE_MS, signal })
    // an LND that is being stopped answers with nothing
    if (reply.funding_txid_bytes?.length !== 32) throw unreadable('an opened channel has no transaction')
    return { txId: toTxId(reply.funding_txid_bytes), output: reply.output_index }
  })
  if (!('reply' in sent)) return { status: 'unknown', detail: sent.detail }
  const { txId, output } = sent.reply
  return { status: 'pending', txId, fundingOutpoint: `${txId}:${output}` }
}

type CloseRequest = Parameters<NonNullable<ChannelsFacet['close']>>[0]

/** CloseChannel, let go of as soon as it tells the closing transaction. */
export async function closeChannel(client: LndClient, request: CloseRequest): Promise<ChannelOperation> {
  const { mode, signal } = request
  const fundingOutpoint = await findOutpoint(client, request.channel, signal)
  const message = {
    channel_point: fromOutpoint(fundingOutpoint),
    force: mode === 'force',
    ...(mode === 'force' ? {} : closingFee(request.feeRateSatPerVbyte)),
  }
  const sent = await sendOnce(client, signal, async () =>
    closingTransaction(await client.openStream('closeChannel', message), signal),
  )
  if (!('reply' in sent)) return { status: 'unknown', fundingOutpoint, detail: sent.detail }
  return { status: 'pending', fundingOutpoint, txId: sent.reply }
}

/** The peer may ask for more: not above what was agreed, but for the one step by which LND itself raises the lowest rate. */
const closingFee = (satPerVbyte: number | undefined): object =>
  satPerVbyte === undefined
    ? {}
    : { ...feeRateField(satPerVbyte), max_fee_per_vbyte: String(Math.max(2, satPerVbyte)) }

async function closingTransaction(
  stream: LndStream<RawCloseUpdate>,
  signal: AbortSignal | undefined,
): Promise<TxId> {
  const patience = setTimeout(stream.cancel, PATIENCE_MS)
  signal?.addEventListener('abort', stream.cancel, { once: true })
  try {
    if (signal?.aborted) stream.cancel()
    for await (const update of stream.messages) {
      const bytes = update.close_pending?.txid ?? update.chan_close?.closing_txid
      if (bytes?.length === 32) return toTxId(bytes)
    }
    throw unreadable('the stream of a closing ended without a transaction')
  } finally {
    clearTimeout(patience)
    signal?.removeEventListener('abort', stream.cancel)
    stream.cancel()
  }
}

/** UpdateChannelPolicy; what is not named stays as it is. */
export async function updatePolicy(
  client: LndClient,
  request: { channel: ChannelRef | 'all'; policy: ChannelPolicy; signal?: AbortSignal },
): Promise<void> {
  const { channel, policy, signal } = request
  const scope =
    channel === 'all'
      ? { global: true }
      : { chan_point: fromOutpoint(await findOutpoint(client, channel, signal)) }
  const { failed_updates: failed } = await client.call(
    'updatePolicy',
    {
      ...scope,
      base_fee_msat: String(policy.feeBaseMsat),
      fee_rate_ppm: policy.feeProportionalMillionths,
      time_lock_delta: policy.cltvExpiryDelta,
      ...(policy.maxHtlcMsat === undefined ? {} : { max_htlc_msat: String(policy.maxHtlcMsat) }),
      ...(policy.minHtlcMsat === undefined
        ? {}
        : { min_htlc_msat: String(policy.minHtlcMsat), min_htlc_msat_specified: true }),
    },
    { signal },
  )
  const [first] = failed
  if (first !== undefined) throw policyRefused(first, failed.length)
}

/** A channel that has just opened is in LND's own map of the network a moment later. */
const NOT_YET = new Set<Enum>(['UPDATE_FAILURE_PENDING', 'UPDATE_FAILURE_UNKNOWN'])

const policyRefused = ({ reason, update_error }: RawFailedUpdate, count: number): LightningError =>
  new LightningError({
    code: NOT_YET.has(reason) ? 'not_ready' : 'invalid_request',
    message: `LND did not change the policy of ${count} channel(s): ${cleanText(update_error, 160)}`,
    hint: NOT_YET.has(reason)
      ? 'The channel may be too young: try again in a minute.'
      : 'Check channel and policy; other channels, if they were meant, have the new one.',
  })

/** LND names a channel by its funding output alone. */
async function findOutpoint(
  client: LndClient,
  ref: ChannelRef,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (ref.fundingOutpoint !== undefined) return ref.fundingOutpoint
  const { channels } = await client.call('listChannels', {}, { signal })
  const found = channels.find(({ chan_id, channel_point }) =>
    ref.shortChannelId === undefined
      ? channelIdOf(channel_point) === ref.channelId?.toLowerCase()
      : toShortChannelId(chan_id) === ref.shortChannelId,
  )
  if (found !== undefined) return found.channel_point
  throw new LightningError({
    code: 'invalid_request',
    message: 'LND has no such open channel',
    hint: 'List the channels, and give one of their names.',
  })
}
