import { type Network, type OnchainTransaction, sat, txId } from '@lightning-mcp/core'
import type { RawOutput, RawTransaction } from '../schemas.ts'
import { addressOfScript } from '../script-address.ts'
import { toSat } from '../to-core.ts'

/**
 * Pure: what the wallet gained or lost by each transaction, newest first. Core Lightning lists
 * transactions without saying what is its own; its own outputs, the spent ones too, tell.
 */
export function toTransactions(
  transactions: readonly RawTransaction[],
  outputs: readonly RawOutput[],
  network: Network,
  confirmationsOf: (block: number) => number,
): readonly OnchainTransaction[] {
  const own = new Map(
    outputs.map(({ txid, output, amount_msat }) => [`${txid}:${output}`, toSat(amount_msat)] as const),
  )
  return transactions
    .toSorted((a, b) => depth(b) - depth(a) || (b.txindex ?? 0) - (a.txindex ?? 0))
    .map((raw): OnchainTransaction => {
      const spent = raw.inputs.map(({ txid, index }) => own.get(`${txid}:${index}`))
      const made = raw.outputs.map((output) => ({
        amountSat: toSat(output.amount_msat),
        own: own.has(`${raw.hash}:${output.index}`),
        address: addressOfScript(output.scriptPubKey, network),
      }))
      const total = (amounts: readonly (bigint | undefined)[]): bigint =>
        amounts.reduce((sum: bigint, amount) => sum + (amount ?? 0n), 0n)
      const received = total(made.filter((output) => output.own).map(({ amountSat }) => amountSat))
      // with a foreign input (a splice, a close) the fee cannot be told from here
      const whole = spent.length > 0 && spent.every((amount) => amount !== undefined)
      const feeSat = whole ? total(spent) - total(made.map(({ amountSat }) => amountSat)) : undefined
      return {
        txId: txId(raw.hash),
        netSat: received - total(spent),
        ...(feeSat === undefined || feeSat < 0n ? {} : { feeSat: sat(feeSat) }),
        confirmations: confirmationsOf(raw.blockheight),
        outputs: made.map(({ address, ...output }) =>
          address === undefined ? output : { address, ...output },
        ),
      }
    })
}

/** Unconfirmed ones are the newest. */
const depth = ({ blockheight }: RawTransaction): number =>
  blockheight === 0 ? Number.MAX_SAFE_INTEGER : blockheight
