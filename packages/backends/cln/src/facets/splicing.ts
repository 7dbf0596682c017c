import {
  type ChannelOperation,
  type ChannelRef,
  LightningError,
  type Sat,
  type SplicingFacet,
  txId,
} from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { toFeeRate } from '../fee-rate.ts'
import type { RawChannel } from '../schemas.ts'
import { sendOnce } from '../send-once.ts'
import type { Params, RpcFault } from '../transport.ts'
import { findChannel } from './channel-ref.ts'

interface SpliceRequest {
  channel: ChannelRef
  amountSat: Sat
  feeRateSatPerVbyte?: number
  signal?: AbortSignal
}

export function createSplicingFacet(client: ClnClient): SplicingFacet {
  return {
    spliceIn: (request) => splice(client, 'splicein', request, {}),
    spliceOut: (request) => splice(client, 'spliceout', request, { destination: request.address }),
  }
}

/** How much above the asked-for rate the node's own may lie: it rounds, and estimates move. */
const TOLERANCE = 1.1

/** splicein and spliceout take no fee rate: the node's own is used, and one that is too high is refused. */
async function checkFeeRate(
  client: ClnClient,
  asked: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  toFeeRate(asked)
  const { perkb } = await client.call('feerates', { style: 'perkb' }, { signal })
  const own = perkb?.splice
  if (own !== undefined && own / 1000 <= asked * TOLERANCE) return
  throw new LightningError({
    code: 'unsupported',
    message: `Core Lightning splices at a fee rate of its own, now ${own === undefined ? 'unknown' : `${own / 1000} sat/vB`}`,
    hint: 'Leave the fee rate out, or give one that is not below it.',
  })
}

async function splice(
  client: ClnClient,
  method: 'splicein' | 'spliceout',
  { channel, amountSat, feeRateSatPerVbyte, signal }: SpliceRequest,
  more: Params,
): Promise<ChannelOperation> {
  if (feeRateSatPerVbyte !== undefined) await checkFeeRate(client, feeRateSatPerVbyte, signal)
  const before = await findChannel(client, channel, signal)
  const names = { channelId: before.channel_id }
  const sent = await sendOnce(
    client,
    method,
    // text with the unit: a bare number is refused, captured as splicein-bare-number
    { channel: before.channel_id, amount: `${amountSat}sat`, ...more },
    { signal, refused: ({ code }) => code === 301 },
  )
  if (!('unknown' in sent)) {
    const { txid } = sent.result
    return { ...names, status: 'pending', ...(typeof txid === 'string' ? { txId: txId(txid) } : {}) }
  }
  // a splice that was signed is listed with the channel
  const now = await findChannel(client, names, signal).catch(() => undefined)
  const [known, seen] = [newest(before), now === undefined ? undefined : newest(now)]
  if (seen === undefined || seen === known) {
    // ended by one of its own errors without a trace in the channel, nothing was signed
    const over = seen !== undefined && isSpliceFault(sent.fault)
    return { ...names, status: over ? 'failed' : 'unknown', detail: sent.detail }
  }
  return { ...names, status: 'pending', fundingOutpoint: seen, txId: txId(seen.split(':')[0] ?? '') }
}

/** Codes 350 to 363: https://github.com/ElementsProject/lightning/blob/v26.06.6/common/jsonrpc_errors.h */
const isSpliceFault = (fault: RpcFault | undefined): boolean =>
  fault !== undefined && fault.code >= 350 && fault.code <= 363

const newest = ({ inflight = [], funding_txid, funding_outnum }: RawChannel): string => {
  const last = inflight.at(-1)
  return last === undefined
    ? `${funding_txid}:${funding_outnum}`
    : `${last.funding_txid}:${last.funding_outnum}`
}
