import { LightningError, type OnchainTransaction, sat } from '@lightning-mcp/core'
import { capturedAnswer } from '../captures.ts'
import { digits, type JsonObject } from '../json.ts'
import { Refusal } from '../wire/refusal.ts'
import type { Endpoints } from './endpoint.ts'

const textOf = (name: string): string => capturedAnswer<{ error: string }>(name).error
const NEEDS_TARGET = textOf('sendonchain-noconf')
const BAD_ADDRESS = textOf('sendonchain-bad')
const TOO_MUCH = textOf('sendonchain-too-much')
const NO_BLOCK = '0'.repeat(64)

/** The wallet of bitcoind behind Eclair. */
export const onchainEndpoints: Endpoints = {
  getnewaddress: (node) => node.wallet.onchain!.newAddress!({ type: 'p2wpkh' }),

  sendonchain: async (node, form) => {
    const address = form.need('address')
    const amountSat = form.needInteger('amountSatoshis')
    const target = form.integer('confirmationTarget')
    const rate = form.integer('feeRatePerByte')
    if (target === undefined && rate === undefined) throw new Refusal(400, NEEDS_TARGET)
    try {
      const { txId } = await node.wallet.onchain!.send!({
        address,
        amountSat: sat(amountSat),
        ...(rate === undefined ? {} : { feeRateSatPerVbyte: Number(rate) }),
      })
      return txId as string
    } catch (error) {
      if (!LightningError.is(error)) throw error
      if (error.code === 'insufficient_balance') throw new Refusal(500, TOO_MUCH)
      if (/address/.test(error.message)) throw new Refusal(400, BAD_ADDRESS)
      throw new Refusal(500, error.message)
    }
  },

  onchaintransactions: async (node, form) => {
    const count = Number(form.needInteger('count'))
    const skip = Number(form.needInteger('skip'))
    const rows: JsonObject[] = []
    let cursor: string | undefined
    do {
      const page = await node.wallet.onchain!.listTransactions!({
        limit: 1000,
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const transaction of page.items) rows.push(...rowsOf(transaction))
      cursor = page.nextCursor
    } while (cursor !== undefined && rows.length < skip + count)
    return rows.slice(skip, skip + count)
  },
}

/**
 * As bitcoind lists them: a row for each output that pays somebody else, or, of what others sent, for each
 * that pays this wallet; change has none. No capture shows a row: the names are those of Eclair's sources.
 */
function rowsOf(transaction: OnchainTransaction): JsonObject[] {
  const { txId, feeSat, confirmations, createdAt, outputs = [] } = transaction
  const sent = feeSat !== undefined
  return outputs
    .filter(({ own }) => own !== sent)
    .map(({ address, amountSat }) => ({
      address: address ?? '',
      amount: digits(sent ? -amountSat : amountSat),
      fees: digits(sent ? -feeSat : 0n),
      blockId: confirmations === 0 ? NO_BLOCK : txId,
      confirmations,
      txid: txId,
      timestamp: createdAt ?? 0,
    }))
}
