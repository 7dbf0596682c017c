import { createHash } from 'node:crypto'
import {
  LightningError,
  type OnchainBalance,
  type Sat,
  sat,
  type TxId,
  txId,
  type Utxo,
} from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { newAddress } from './addresses.ts'
import type { ChainOutput, ChainPurpose, ChainTransaction } from './transaction.ts'

/** Sat per virtual byte where the caller gives none. */
export const DEFAULT_FEE_RATE = 2

const OVERHEAD_VBYTES = 11
const INPUT_VBYTES = 68
const OUTPUT_VBYTES = 31

interface Coin {
  outpoint: string
  output: ChainOutput
  transaction: ChainTransaction
}

/** The node's outputs that no transaction spends. */
export function coinsOf(state: NetworkState, name: string): readonly Coin[] {
  const coins: Coin[] = []
  for (const transaction of state.transactions.values())
    transaction.outputs.forEach((output, index) => {
      if (output.owner === name && !output.spent)
        coins.push({ outpoint: `${transaction.txId}:${index}`, output, transaction })
    })
  return coins
}

/** Confirmed and not locked: it can be an input of the next block. */
const isRipe = (state: NetworkState, { transaction, output }: Coin): boolean =>
  transaction.height !== undefined && (output.lockedUntil ?? 0) <= state.counters.height

export function onchainBalance(state: NetworkState, name: string): OnchainBalance {
  let confirmed = 0n
  let unconfirmed = 0n
  let reserved = 0n
  for (const coin of coinsOf(state, name)) {
    if (coin.transaction.height === undefined) unconfirmed += coin.output.amountSat
    else if (isRipe(state, coin)) confirmed += coin.output.amountSat
    else reserved += coin.output.amountSat
  }
  return { confirmedSat: sat(confirmed), unconfirmedSat: sat(unconfirmed), reservedSat: sat(reserved) }
}

export const listUtxos = (state: NetworkState, name: string): readonly Utxo[] =>
  coinsOf(state, name).map(({ outpoint, output, transaction }) => ({
    outpoint,
    amountSat: output.amountSat,
    address: output.address,
    confirmations: transaction.height === undefined ? 0 : state.counters.height - transaction.height + 1,
  }))

/** Adds a transaction to what waits for the next block. */
export function broadcast(
  state: NetworkState,
  parts: {
    purpose: ChainPurpose
    inputs: readonly string[]
    outputs: ChainOutput[]
    feeSat: Sat
    channelId?: string
    label?: { by: string; text: string }
  },
): ChainTransaction {
  const sequence = state.nextSequence()
  const transaction: ChainTransaction = {
    ...parts,
    txId: transactionId(parts.inputs, parts.outputs, sequence),
    sequence,
    createdAt: state.now(),
  }
  state.add({ type: 'transaction', value: transaction })
  return transaction
}

/** Spends coins of that node for one output; what is left comes back to a fresh address. */
export function spendCoins(
  state: NetworkState,
  name: string,
  payment: {
    purpose: ChainPurpose
    output: ChainOutput
    /** What a channel's old output adds. */
    channelInput?: { outpoint: string; amountSat: Sat }
    feeRateSatPerVbyte?: number | undefined
    channelId?: string
    label?: string | undefined
  },
): ChainTransaction {
  const feeRate = checkFeeRate(payment.feeRateSatPerVbyte)
  const { channelInput, label } = payment
  const ripe = coinsOf(state, name)
    .filter((coin) => isRipe(state, coin))
    .sort((a, b) => Number(b.output.amountSat - a.output.amountSat))
  const inputs: Coin[] = []
  let totalSat: bigint = channelInput?.amountSat ?? 0n
  for (const coin of ripe) {
    inputs.push(coin)
    totalSat += coin.output.amountSat
    const feeSat = feeFor(inputs.length + (channelInput === undefined ? 0 : 1), feeRate)
    const changeSat = totalSat - payment.output.amountSat - feeSat
    if (changeSat < 0n) continue
    for (const { output, transaction } of inputs) {
      output.spent = true
      state.changed({ type: 'transaction', value: transaction })
    }
    const change: ChainOutput[] =
      changeSat === 0n
        ? []
        : [{ address: newAddress(state, name), amountSat: sat(changeSat), owner: name, spent: false }]
    return broadcast(state, {
      purpose: payment.purpose,
      inputs: [
        ...(channelInput === undefined ? [] : [channelInput.outpoint]),
        ...inputs.map((input) => input.outpoint),
      ],
      outputs: [payment.output, ...change],
      feeSat: sat(feeSat),
      ...(payment.channelId === undefined ? {} : { channelId: payment.channelId }),
      ...(label === undefined ? {} : { label: { by: name, text: label } }),
    })
  }
  throw new LightningError({
    code: 'insufficient_balance',
    message: 'the on-chain wallet has too few confirmed coins for amount and fee',
    hint: 'Send less, or mine a block if coins wait for confirmation.',
  })
}

/** The rate, or the default one where none is given. */
export function checkFeeRate(satPerVbyte = DEFAULT_FEE_RATE): number {
  if (satPerVbyte >= 1 && satPerVbyte <= 10_000) return satPerVbyte
  throw new LightningError({
    code: 'invalid_request',
    message: 'the fee rate must lie between 1 and 10000 sat per virtual byte',
    hint: 'Leave it out, or use onchain fee estimates.',
  })
}

const feeFor = (inputs: number, feeRate: number): bigint =>
  BigInt(Math.ceil((OVERHEAD_VBYTES + inputs * INPUT_VBYTES + 2 * OUTPUT_VBYTES) * feeRate))

const transactionId = (inputs: readonly string[], outputs: readonly ChainOutput[], sequence: number): TxId =>
  txId(
    createHash('sha256')
      .update(
        [...inputs, ...outputs.map((output) => `${output.address}=${output.amountSat}`), sequence].join(' '),
      )
      .digest('hex'),
  )
