import { parseBitcoinAddress } from '@lightning-mcp/codec'
import {
  LightningError,
  type OnchainFacet,
  type OnchainSend,
  type OnchainTransaction,
  type SendOnchainRequest,
  sat,
  txId,
} from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { shownText, unreadable } from '../errors.ts'
import { pageDownwards } from '../paging.ts'
import { sendOnce } from '../send-once.ts'
import { isText, toList, toObject, toOnchainBalance } from '../to-core.ts'
import { wholeRate } from './channel-rates.ts'

const SEND_TIMEOUT_MS = 60_000
/** Blocks within which a payment should confirm, where no fee rate is given. */
const DEFAULT_TARGET = 6
const ROWS_AT_ONCE = 200

/** The wallet of the bitcoind behind Eclair. */
export function createOnchainFacet(client: EclairClient): OnchainFacet {
  return {
    async getBalance({ signal }) {
      return toOnchainBalance(await client.call('onchainbalance', {}, { signal }))
    },
    async newAddress({ type, signal }) {
      const address = await client.call('getnewaddress', {}, { signal })
      if (!isText(address)) throw unreadable('a new address is no text')
      // bitcoind decides of which kind it is: addresstype in bitcoin.conf
      if (type !== undefined && parseBitcoinAddress(address).type !== type)
        throw new LightningError({
          code: 'unsupported',
          message: `the wallet behind Eclair does not make ${type} addresses`,
          hint: 'Leave the kind out, or set addresstype in bitcoin.conf.',
        })
      return address
    },
    send: (request) => send(client, request),
    async listTransactions(request) {
      return pageDownwards(await readTransactions(client, request.signal), request, keyOf)
    },
  }
}

async function send(client: EclairClient, request: SendOnchainRequest): Promise<OnchainSend> {
  const { address, amountSat, signal } = request
  if (typeof amountSat !== 'bigint' || amountSat <= 0n)
    throw new LightningError({ code: 'invalid_request', message: 'an amount above zero is needed' })
  const rate = wholeRate(request.feeRateSatPerVbyte)
  const form = {
    address,
    amountSatoshis: sat(amountSat),
    ...(rate === undefined ? { confirmationTarget: DEFAULT_TARGET } : { feeRatePerByte: rate }),
  }
  const sent = await sendOnce(client, 'sendonchain', form, { signal, timeoutMs: SEND_TIMEOUT_MS })
  if (sent.kind === 'lost') return { status: 'unknown' }
  if (sent.kind === 'refused')
    // capture sendonchain-too-much: bitcoind's own code for too little
    return {
      status: /^insufficient funds \(code: -4\)$/i.test(sent.words) ? 'failed' : 'unknown',
      detail: sent.shown,
    }
  if (isText(sent.answer) && /^[0-9a-f]{64}$/.test(sent.answer))
    return { status: 'broadcast', txId: txId(sent.answer) }
  return { status: 'unknown', ...(isText(sent.answer) ? { detail: shownText(sent.answer) } : {}) }
}

interface RawRow {
  address?: unknown
  amount?: unknown
  fees?: unknown
  confirmations?: unknown
  txid?: unknown
  timestamp?: unknown
}

/** All of them: Eclair counts rows from an end that moves. Each row is one output; those of a transaction belong together. */
async function readTransactions(
  client: EclairClient,
  signal: AbortSignal | undefined,
): Promise<readonly OnchainTransaction[]> {
  const rows = new Map<string, RawRow>()
  for (let skip = 0; ; skip += ROWS_AT_ONCE) {
    // without a count Eclair refuses: capture onchaintransactions
    const answer = await client.call('onchaintransactions', { count: ROWS_AT_ONCE, skip }, { signal })
    const read = toList(answer, 'onchaintransactions').map((each) => toObject<RawRow>(each, 'a transaction'))
    for (const row of read) rows.set(`${row.txid} ${row.address} ${row.amount}`, row)
    if (read.length < ROWS_AT_ONCE) break
  }
  const byTransaction = Map.groupBy(rows.values(), ({ txid }) => String(txid))
  return [...byTransaction].map(([id, own]) => toTransaction(id, own))
}

/** No capture has a row: bitcoind's own meaning is taken, outgoing amounts and fees below zero. */
function toTransaction(id: string, rows: readonly RawRow[]): OnchainTransaction {
  if (!/^[0-9a-f]{64}$/.test(id)) throw unreadable('a transaction has no id')
  const outgoing = rows.some(({ amount }) => signed(amount) < 0n)
  const fee = outgoing
    ? rows.map(({ fees }) => absolute(signed(fees ?? 0))).find((each) => each > 0n)
    : undefined
  const net = rows.reduce((sum, { amount }) => sum + signed(amount), 0n) - (fee ?? 0n)
  const [{ confirmations, timestamp }] = rows as readonly [RawRow]
  const createdAt =
    typeof timestamp === 'number' ? timestamp : (timestamp as { unix?: unknown } | undefined)?.unix
  return {
    txId: txId(id),
    netSat: net,
    ...(fee === undefined ? {} : { feeSat: sat(fee) }),
    confirmations: typeof confirmations === 'number' ? Math.max(0, confirmations) : 0,
    ...(typeof createdAt === 'number' ? { createdAt: Math.floor(createdAt) } : {}),
    outputs: rows.map(({ address, amount }) => ({
      ...(isText(address) ? { address } : {}),
      amountSat: sat(absolute(signed(amount))),
      ...(outgoing && signed(amount) < 0n ? { own: false } : {}),
    })),
  }
}

function signed(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (!Number.isSafeInteger(value)) throw unreadable('an amount is not a whole number')
  return BigInt(value as number)
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

const keyOf = ({ createdAt = 0, txId: id }: OnchainTransaction): string =>
  `${String(createdAt).padStart(12, '0')}:${id}`
