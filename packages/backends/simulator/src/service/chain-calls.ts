import {
  LightningError,
  type OnchainBalance,
  type OnchainSend,
  type OnchainTransaction,
  type Page,
  type PageRequest,
  type Sat,
  type SendOnchainRequest,
  sat,
  type Utxo,
} from '@lightning-mcp/core'
import { type AddressType, assertRegtestAddress, newAddress, ownerOf } from '../chain/addresses.ts'
import { DEFAULT_FEE_RATE, listUtxos, onchainBalance, spendCoins } from '../chain/coins.ts'
import { listOnchainTransactions } from '../chain/list-transactions.ts'
import type { ChainOutput } from '../chain/transaction.ts'
import type { NetworkState } from '../network-state.ts'

const DUST_SAT = 330n

/** The node's coins. */
export const chainCalls = (state: NetworkState, name: string) => ({
  getOnchainBalance: (): OnchainBalance => onchainBalance(state, name),

  newAddress: (request: { type?: AddressType }): string =>
    state.change(() => newAddress(state, name, request.type)),

  sendOnchain: (request: Omit<SendOnchainRequest, 'signal'>): OnchainSend => {
    const output = payingOutput(state, request.address, request.amountSat)
    const { feeRateSatPerVbyte, label } = request
    const transaction = state.change(() =>
      spendCoins(state, name, { purpose: 'send', output, feeRateSatPerVbyte, label }),
    )
    return { status: 'broadcast', txId: transaction.txId }
  },

  listUtxos: (): readonly Utxo[] => listUtxos(state, name),

  listOnchainTransactions: (request: PageRequest): Page<OnchainTransaction> =>
    listOnchainTransactions(state, name, request),

  /** Blocks come on command: every rate confirms in the next one. */
  estimateOnchainFees: (request: { targets: readonly number[] }): Readonly<Record<number, number>> =>
    Object.fromEntries(request.targets.map((target) => [target, DEFAULT_FEE_RATE])),
})

/** An output to an address, whoever's it is; throws for one that no transaction may have. */
export function payingOutput(state: NetworkState, address: string, amountSat: Sat): ChainOutput {
  assertRegtestAddress(address)
  if (sat(amountSat) < DUST_SAT)
    throw new LightningError({
      code: 'invalid_request',
      message: `an amount below ${DUST_SAT} sat is dust and is not relayed`,
      hint: `Send at least ${DUST_SAT} sat.`,
    })
  const owner = ownerOf(state, address)
  return { address, amountSat, spent: false, ...(owner === undefined ? {} : { owner }) }
}
