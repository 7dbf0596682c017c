import {
  type Capabilities,
  type Channel,
  type ChannelOperation,
  type ChannelPolicy,
  type ChannelRef,
  type ChannelsFacet,
  LightningError,
  nodeId,
  type OpenChannelRequest,
  pageOf,
  supports,
  txId as toTxId,
} from '@lightning-mcp/core'
import { OPEN_STATES } from '../balance.ts'
import type { ClnClient } from '../client.ts'
import { mapClnError } from '../errors.ts'
import { toFeeRate } from '../fee-rate.ts'
import type { RawChannel } from '../schemas.ts'
import { sendOnce } from '../send-once.ts'
import { toList } from '../to-core.ts'
import type { Params, RpcFault } from '../transport.ts'
import { unsent } from '../unsent.ts'
import { findChannel } from './channel-ref.ts'
import { toChannel, toClosedChannel } from './channel-states.ts'
import { connectPeer } from './peers.ts'

/** A mutual close takes a few round trips with the peer; after this it goes on without being waited for. */
const MUTUAL_CLOSE_TIMEOUT_MS = 30_000
/** In seconds: the least that is not "never". */
const FORCE_AFTER_SECONDS = 1

export function createChannelsFacet(client: ClnClient, capabilities: Capabilities): ChannelsFacet {
  const listRaw = async (signal: AbortSignal | undefined) =>
    toList((await client.call('listpeerchannels', {}, { signal })).channels)
  return {
    async list(request) {
      const open = (await listRaw(request.signal)).filter(({ state }) => OPEN_STATES.has(state))
      return pageOf(open.map(toChannel), request, nameOf)
    },
    async listPending({ signal }) {
      const pending = (await listRaw(signal)).filter(({ state }) => !OPEN_STATES.has(state)).map(toChannel)
      return pending.filter(({ state }) => state !== 'closed')
    },
    ...(supports(capabilities, 'channels.listClosed')
      ? {
          listClosed: async (request) => {
            const { signal } = request
            const [settling, { closedchannels }] = await Promise.all([
              listRaw(signal),
              client.call('listclosedchannels', {}, { signal }),
            ])
            // Core Lightning forgets the peer of some: a channel with nobody is told by nobody
            const known = toList(closedchannels).flatMap((raw) =>
              raw.peer_id === undefined ? [] : [{ ...raw, peer_id: raw.peer_id }],
            )
            const old = new Map(known.toReversed().map((raw) => [raw.channel_id, toClosedChannel(raw)]))
            const fresh = settling
              .filter(({ channel_id = '' }) => !old.has(channel_id))
              .map(toChannel)
              .filter(({ state }) => state === 'closed')
            return pageOf([...fresh.toReversed(), ...old.values()], request, nameOf)
          },
        }
      : {}),
    ...(supports(capabilities, 'channels.open') ? { open: (request) => openChannel(client, request) } : {}),
    ...(supports(capabilities, 'channels.close')
      ? { close: (request) => closeChannel(client, request) }
      : {}),
    ...(supports(capabilities, 'channels.updatePolicy')
      ? { updatePolicy: ({ channel, policy, signal }) => updatePolicy(client, channel, policy, signal) }
      : {}),
  }
}

const nameOf = ({ channelId, fundingOutpoint }: Channel): string => channelId ?? fundingOutpoint ?? ''

/** Steps of fundchannel before its transaction is out, as its errors name them: captured as fundchannel-too-small, -unknown-peer. */
const BEFORE_BROADCAST: ReadonlySet<unknown> = new Set([
  'connect',
  'fundchannel_start',
  'openchannel_init',
  'fundpsbt',
  'utxopsbt',
  'reserveinputs',
  'parsefeerate',
])

async function openChannel(client: ClnClient, request: OpenChannelRequest): Promise<ChannelOperation> {
  const { peer, host, capacitySat, pushMsat, feeRateSatPerVbyte, signal } = request
  const params: Params = {
    id: nodeId(peer),
    // in sat, unlike everything else
    amount: capacitySat,
    feerate: feeRateSatPerVbyte === undefined ? undefined : toFeeRate(feeRateSatPerVbyte),
    announce: request.private !== true,
    push_msat: pushMsat === undefined || pushMsat === 0n ? undefined : pushMsat,
  }
  if (host !== undefined) await unsent(() => connectPeer(client, peer, host, signal))
  const sent = await sendOnce(client, 'fundchannel', params, {
    signal,
    refused: ({ code, data }: RpcFault) =>
      code === 301 || BEFORE_BROADCAST.has((data as { method?: unknown } | undefined)?.method),
  })
  if ('unknown' in sent) return { status: 'unknown', detail: sent.detail }
  const { txid, outnum, channel_id } = sent.result
  return {
    status: 'pending',
    ...(typeof txid === 'string' ? { txId: toTxId(txid), fundingOutpoint: `${txid}:${outnum ?? 0}` } : {}),
    ...(typeof channel_id === 'string' ? { channelId: channel_id } : {}),
  }
}

interface CloseRequest {
  channel: ChannelRef
  mode: 'cooperative' | 'force'
  feeRateSatPerVbyte?: number
  signal?: AbortSignal
}

async function closeChannel(client: ClnClient, request: CloseRequest): Promise<ChannelOperation> {
  const { channel, mode, feeRateSatPerVbyte, signal } = request
  if (mode === 'force' && feeRateSatPerVbyte !== undefined)
    throw new LightningError({
      code: 'unsupported',
      message: 'the fee of a forced close is agreed with the peer beforehand',
      hint: 'Leave the fee rate out.',
    })
  const rate = feeRateSatPerVbyte === undefined ? undefined : toFeeRate(feeRateSatPerVbyte)
  const raw = await unsent(() => findChannel(client, channel, signal))
  const sent = await sendOnce(
    client,
    'close',
    {
      id: raw.channel_id,
      // 0 waits for the peer for ever; left out, Core Lightning forces the close after two days
      unilateraltimeout: mode === 'force' ? FORCE_AFTER_SECONDS : 0,
      feerange: rate === undefined ? undefined : [rate, rate],
    },
    { signal, refused: () => false, timeoutMs: MUTUAL_CLOSE_TIMEOUT_MS },
  )
  const names: ChannelRef = {
    channelId: raw.channel_id,
    ...(raw.short_channel_id === undefined ? {} : { shortChannelId: raw.short_channel_id }),
    ...(raw.funding_txid === undefined
      ? {}
      : { fundingOutpoint: `${raw.funding_txid}:${raw.funding_outnum ?? 0}` }),
  }
  if (!('unknown' in sent)) {
    const { type, txids, txid } = sent.result
    const last = txids?.at(-1) ?? txid
    return {
      ...names,
      status: type === 'unopened' ? 'done' : 'pending',
      ...(typeof last === 'string' ? { txId: toTxId(last) } : {}),
    }
  }
  // a peer that is away keeps a mutual close waiting: where the channel stands tells whether it was begun
  const now = await findChannel(client, { channelId: raw.channel_id }, signal).catch(() => undefined)
  const begun = now !== undefined && !OPEN_STATES.has(now.state)
  return { ...names, status: begun ? 'pending' : 'unknown', detail: sent.detail }
}

async function updatePolicy(
  client: ClnClient,
  channel: ChannelRef | 'all',
  policy: ChannelPolicy,
  signal: AbortSignal | undefined,
): Promise<void> {
  const concerned: readonly RawChannel[] =
    channel === 'all'
      ? toList((await client.call('listpeerchannels', {}, { signal })).channels).filter(({ state }) =>
          OPEN_STATES.has(state),
        )
      : [await findChannel(client, channel, signal)]
  const deltas = concerned.flatMap(({ updates }) => updates?.local?.cltv_expiry_delta ?? [])
  if (deltas.some((delta) => Number(delta) !== policy.cltvExpiryDelta))
    throw new LightningError({
      code: 'unsupported',
      message: `Core Lightning sets the CLTV delta for all channels in its configuration; it is ${[...new Set(deltas)].join(' or ')}`,
      hint: 'Give the present CLTV delta, or change cltv-delta in the configuration of the node.',
    })
  const params: Params = {
    id: channel === 'all' ? 'all' : (concerned[0]?.channel_id ?? ''),
    feebase: policy.feeBaseMsat,
    feeppm: policy.feeProportionalMillionths,
    htlcmin: policy.minHtlcMsat,
    htlcmax: policy.maxHtlcMsat,
  }
  try {
    await client.call('setchannel', params, { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw mapClnError(error)
  }
}
