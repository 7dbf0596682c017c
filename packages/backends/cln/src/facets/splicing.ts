import { parseBitcoinAddress } from '@lightning-mcp/codec'
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
import type { RpcFault } from '../transport.ts'
import { unsent } from '../unsent.ts'
import { findChannel } from './channel-ref.ts'

interface SpliceRequest {
  channel: ChannelRef
  amountSat: Sat
  feeRateSatPerVbyte?: number
  signal?: AbortSignal
}

export function createSplicingFacet(client: ClnClient): SplicingFacet {
  return {
    spliceIn: (request) => splice(client, 'splicein', request),
    async spliceOut(request) {
      await unsent(() => needOwnAddress(client, request.address, request.signal))
      return splice(client, 'spliceout', request)
    },
  }
}

/**
 * Core Lightning makes a script of spliceout's parameters and pays its own wallet alone: an address as
 * destination is refused ("Dynamic bitcoin address amounts not supported for now"), and other text would be
 * script. https://github.com/ElementsProject/lightning/blob/v26.06.6/plugins/spender/splice.c
 */
async function needOwnAddress(
  client: ClnClient,
  text: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { address } = parseBitcoinAddress(text)
  const known = await client.call('listaddresses', { address }, { signal }).catch((error: unknown) => {
    // the node's own words: it knows no such address, or may not be asked
    if (LightningError.is(error) && error.backend !== undefined) return undefined
    throw error
  })
  if ((known?.addresses ?? []).some(({ bech32, p2tr }) => bech32 === address || p2tr === address)) return
  throw new LightningError({
    code: 'unsupported',
    message: 'Core Lightning splices out into its own wallet only, and the address is not known as one of it',
    hint: 'Give a fresh address of this wallet, and send the coins on from there.',
  })
}

/**
 * How much above the asked-for rate the node's own may lie: it is a little above the node's own estimates,
 * and so little stays within what a transaction of this form may cost at the asked-for rate.
 */
const TOLERANCE = 1.04

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
): Promise<ChannelOperation> {
  if (typeof amountSat !== 'bigint' || amountSat <= 0n)
    throw new LightningError({ code: 'invalid_request', message: 'a splice needs an amount above zero' })
  const before = await unsent(async () => {
    if (feeRateSatPerVbyte !== undefined) await checkFeeRate(client, feeRateSatPerVbyte, signal)
    return findChannel(client, channel, signal)
  })
  const names = { channelId: before.channel_id }
  const sent = await sendOnce(
    client,
    method,
    // text with the unit: a bare number is refused, captured as splicein-bare-number
    { channel: before.channel_id, amount: `${amountSat}sat` },
    { signal, refused: ({ code }) => code === 301, doubted: (fault) => isInvalid(fault) && !isUnread(fault) },
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

/** What goes wrong between the steps of a splice comes as "invalid parameters" as well. */
const isInvalid = ({ code }: RpcFault): boolean => code === -32602

/** Captured as splicein-bad-channel, error-missing-param, error-unknown-param, connect-badid. */
const isUnread = ({ message }: RpcFault): boolean =>
  /^(splice script compile failed|missing required|unknown parameter|\w+: should be)/i.test(message)

/** Codes 350 to 363: https://github.com/ElementsProject/lightning/blob/v26.06.6/common/jsonrpc_errors.h; once signatures are exchanged, no error is the end of it. */
const isSpliceFault = (fault: RpcFault | undefined): boolean =>
  fault !== undefined &&
  ((fault.code >= 350 && fault.code <= 363) || isInvalid(fault)) &&
  !/_signed\b/.test(fault.message)

const newest = ({ inflight = [], funding_txid, funding_outnum }: RawChannel): string => {
  const last = inflight.at(-1)
  return last === undefined
    ? `${funding_txid}:${funding_outnum}`
    : `${last.funding_txid}:${last.funding_outnum}`
}
