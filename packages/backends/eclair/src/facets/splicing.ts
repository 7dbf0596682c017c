import {
  type ChannelOperation,
  type ChannelRef,
  LightningError,
  type Sat,
  type SplicingFacet,
  txId,
} from '@lightning-mcp/core'
import type { EclairClient, Form } from '../client.ts'
import { shownText } from '../errors.ts'
import { sendOnce, unsent } from '../send-once.ts'
import { isText } from '../to-core.ts'
import { needChannel, noSuchChannel } from './channel-names.ts'

const SPLICE_TIMEOUT_MS = 60_000

/**
 * `splicein` and `spliceout`, of 0.14 and later: before it Eclair could splice with itself only. Neither takes
 * a fee rate: Eclair chooses it.
 */
export function createSplicingFacet(client: EclairClient): SplicingFacet {
  return {
    async spliceIn({ channel, amountSat, feeRateSatPerVbyte, signal }) {
      refuseRate(feeRateSatPerVbyte)
      return splice(client, 'splicein', channel, { amountIn: positive(amountSat) }, signal)
    },
    async spliceOut({ channel, amountSat, address, feeRateSatPerVbyte, signal }) {
      refuseRate(feeRateSatPerVbyte)
      return splice(client, 'spliceout', channel, { amountOut: positive(amountSat), address }, signal)
    },
  }
}

/** One that was silently not kept would break a fee limit. */
function refuseRate(feeRateSatPerVbyte: number | undefined): void {
  if (feeRateSatPerVbyte === undefined) return
  throw new LightningError({
    code: 'unsupported',
    message: 'Eclair chooses the fee rate of a splice itself',
    hint: 'Leave the fee rate out.',
  })
}

function positive(amountSat: Sat): Sat {
  if (typeof amountSat === 'bigint' && amountSat > 0n) return amountSat
  throw new LightningError({ code: 'invalid_request', message: 'a splice needs an amount above zero' })
}

async function splice(
  client: EclairClient,
  method: 'splicein' | 'spliceout',
  channel: ChannelRef,
  terms: Form,
  signal: AbortSignal | undefined,
): Promise<ChannelOperation> {
  const form = { ...(await unsent(() => needChannel(client, channel, signal), signal)), ...terms }
  const sent = await sendOnce(client, method, form, { signal, timeoutMs: SPLICE_TIMEOUT_MS })
  if (sent.kind === 'lost') return { ...channel, status: 'unknown' }
  if (sent.kind === 'refused') {
    if (/^channel \w+ not found$/.test(sent.words)) throw noSuchChannel()
    return { ...channel, status: 'unknown', detail: sent.shown }
  }
  // captures splicein, spliceout; a failure could come with status 200, as from Eclair's other calls
  const { fundingTxId } = (sent.answer ?? {}) as { fundingTxId?: unknown }
  return isText(fundingTxId) && /^[0-9a-f]{64}$/.test(fundingTxId)
    ? { ...channel, status: 'pending', txId: txId(fundingTxId) }
    : {
        ...channel,
        status: 'unknown',
        ...(isText(sent.answer) ? { detail: shownText(sent.answer) } : {}),
      }
}
