import type { Msat } from '@lightning-mcp/core'
import type { Parameters } from '../rpc/parameters.ts'
import { INVALID_PARAMS, RpcError } from '../rpc/rpc-error.ts'

const DEFAULT_RETRY_SECONDS = 60
const LEAST_DEFAULT_FEE_MSAT = 5000n
const LARGEST_CLTV_DELTA = 2016

/** `maxfee`, or the older pair of which the larger one counts; without any 1 %, at least 5 sat. */
export function readMaxFee(params: Parameters, amountMsat: Msat): bigint {
  const maxFeeMsat = params.msat('maxfee')
  const percent = params.has('maxfeepercent') ? params.number('maxfeepercent') : undefined
  const exempt = params.has('exemptfee') ? params.msat('exemptfee') : undefined
  if (maxFeeMsat !== undefined) {
    if (percent !== undefined || exempt !== undefined)
      throw new RpcError(INVALID_PARAMS, 'maxfee cannot be used together with maxfeepercent or exemptfee')
    return maxFeeMsat
  }
  const share = (amountMsat * BigInt(Math.round((percent ?? 1) * 1_000_000))) / 100_000_000n
  const least = exempt ?? LEAST_DEFAULT_FEE_MSAT
  return share > least ? share : least
}

export function readRetrySeconds(params: Parameters): number {
  if ((params.number('maxdelay') ?? LARGEST_CLTV_DELTA) < 1)
    throw new RpcError(INVALID_PARAMS, 'maxdelay must be above zero')
  return Math.max(1, params.number('retry_for') ?? DEFAULT_RETRY_SECONDS)
}
