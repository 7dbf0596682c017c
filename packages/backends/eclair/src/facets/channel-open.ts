import {
  type ChannelOperation,
  LightningError,
  msat,
  nodeId,
  type OpenChannelRequest,
  txId,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { shownText } from '../errors.ts'
import { sendOnce, unsent } from '../send-once.ts'
import { isText } from '../to-core.ts'
import { wholeRate } from './channel-rates.ts'
import { connectPeer } from './peers.ts'

/** Eclair gives an opening 20 seconds of its own, and its API 30. */
const OPEN_TIMEOUT_MS = 60_000
/** A funding transaction with some inputs: what the fee may come to at the rate that was asked for. */
const FUNDING_VBYTES = 1_000
/** Where no rate was asked for: Eclair's own limit of a thousandth of the channel is too little for small ones. */
const LEAST_BUDGET_SAT = 5_000n

// captures open, open-push
const CREATED = /^created channel ([0-9a-f]{64}) with fundingTxId=([0-9a-f]{64})/
/** Texts of status 200 that mean that nothing was signed. Any other that is not known is a doubt. */
const REFUSED = [
  // capture open-too-small
  /^peer aborted the channel funding flow/,
  // capture open-too-much
  /^channel funding error$/,
  // OpenChannelResponse, told before anything is signed, or after what was signed was rolled back for good; not so
  // "failed to publish …": https://github.com/ACINQ/eclair/blob/v0.14.1/eclair-core/src/main/scala/fr/acinq/eclair/channel/fsm/ChannelOpenSingleFunded.scala
  /^wallet error: /,
  /^disconnected$/,
  /^channel creation cancelled$/,
  /^open channel cancelled, took too long$/,
  /^fundingAmount=\S+( sat)? is too big/,
]
// capture open-not-connected, with status 500
const NOT_CONNECTED = /^peer [0-9a-f]{66} not found$/

/** `open`. With a host it connects first. A lost reply is `unknown`: Eclair keeps no labels to find it by. */
export async function openChannel(
  client: EclairClient,
  request: OpenChannelRequest,
): Promise<ChannelOperation> {
  const { capacitySat, pushMsat, host, signal } = request
  const peer = nodeId(request.peer)
  if (typeof capacitySat !== 'bigint' || capacitySat <= 0n)
    throw new LightningError({ code: 'invalid_request', message: 'a channel needs a capacity above zero' })
  const rate = wholeRate(request.feeRateSatPerVbyte)
  const form = {
    nodeId: peer,
    fundingSatoshis: capacitySat,
    pushMsat: pushMsat === undefined ? undefined : msat(pushMsat),
    announceChannel: request.private !== true,
    fundingFeerateSatByte: rate,
    fundingFeeBudgetSatoshis:
      request.maxFeeSat ??
      (rate === undefined ? larger(capacitySat / 1000n, LEAST_BUDGET_SAT) : BigInt(rate * FUNDING_VBYTES)),
  }
  if (host !== undefined) await unsent(() => connectPeer(client, peer, host, signal), signal)
  const sent = await sendOnce(client, 'open', form, { signal, timeoutMs: OPEN_TIMEOUT_MS })
  if (sent.kind === 'lost') return { status: 'unknown' }
  if (sent.kind === 'refused') {
    if (!NOT_CONNECTED.test(sent.words)) return { status: 'unknown', detail: sent.shown }
    throw new LightningError({
      code: 'unavailable',
      message: 'Eclair is not connected to the peer',
      hint: 'Give its host, or connect to it first.',
      sent: 'no',
    })
  }
  if (!isText(sent.answer)) return { status: 'unknown' }
  const [, channelId, fundingTxId] = CREATED.exec(sent.answer) ?? []
  if (channelId !== undefined && fundingTxId !== undefined)
    return { status: 'pending', channelId, txId: txId(fundingTxId) }
  const words = sent.answer
  const refused = REFUSED.some((text) => text.test(words))
  return { status: refused ? 'failed' : 'unknown', detail: shownText(words) }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
