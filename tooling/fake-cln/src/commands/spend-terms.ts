import type { LightningError, Utxo } from '@lightning-mcp/core'
import type { Parameters } from '../rpc/parameters.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'

const NAMED_RATES: Readonly<Record<string, number | undefined>> = {
  slow: undefined,
  normal: undefined,
  urgent: undefined,
  minimum: 1,
}
/** Sat per virtual byte at which the daemon splices: it takes no other. */
export const SPLICE_RATE = 1.032
/** Fee of a small transaction, for the text that says what is missing. */
const SMALL_FEE_SAT = 191n

/** `feerate`: a name, or a number of sat per kilobyte (or `perkw`). Absent: the daemon's own. */
export function readFeeRate(params: Parameters, name = 'feerate'): number | undefined {
  const value = params.text(name)
  if (value === undefined) return undefined
  if (value in NAMED_RATES) return NAMED_RATES[value]
  const parts = /^(\d+)(perkb|perkw)?$/.exec(value)
  if (parts === null) throw badParameter(name, 'should be a feerate', JSON.stringify(value))
  return Math.max(1, Number(parts[1]) / (parts[2] === 'perkw' ? 250 : 1000))
}

export const isShort = (error: LightningError): boolean => error.code === 'insufficient_balance'

export function cannotAfford(amountSat: bigint, coins: readonly Utxo[]): RpcError {
  const ready = coins.filter(({ confirmations }) => confirmations > 0)
  const haveSat = ready.reduce((sum: bigint, coin) => sum + coin.amountSat, 0n)
  return new RpcError(
    301,
    `Could not afford ${amountSat}sat using all ${ready.length} available UTXOs: ${amountSat + SMALL_FEE_SAT - haveSat}sat short`,
  )
}
