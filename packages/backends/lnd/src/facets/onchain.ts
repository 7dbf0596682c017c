import {
  type Capabilities,
  cleanText,
  type OnchainBalance,
  type OnchainFacet,
  type OnchainSend,
  type OnchainTransaction,
  type Page,
  type SendOnchainRequest,
  sat,
  supports,
  txId,
} from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { feeRateField, toSatPerVbyte } from '../fee-rate.ts'
import type { RawTransaction, RawUtxo, RawWalletBalance } from '../schemas.ts'
import { sendOnce } from '../send-once.ts'

/** As LND's protos name them. */
const ADDRESS_TYPES = { p2wpkh: 'WITNESS_PUBKEY_HASH', p2tr: 'TAPROOT_PUBKEY' } as const
/** bitcoind, below LND, estimates for no less. */
const FASTEST_TARGET = 2
/** LND answers when the transaction is broadcast. */
const PATIENCE_MS = 60_000

/** LND's on-chain wallet. */
export function createOnchainFacet(client: LndClient, capabilities: Capabilities): OnchainFacet {
  return {
    async getBalance(request) {
      return toOnchainBalance(await client.call('walletBalance', {}, request))
    },
    ...(supports(capabilities, 'onchain.listUtxos')
      ? {
          listUtxos: async (request) => {
            // the unconfirmed too; LND takes 0 for the largest number of confirmations as "none at all"
            const { utxos } = await client.call(
              'listUnspent',
              { min_confs: 0, max_confs: 2_147_483_647 },
              request,
            )
            return utxos.map(toUtxo)
          },
        }
      : {}),
    ...(supports(capabilities, 'onchain.listTransactions')
      ? {
          listTransactions: async (request) => {
            // LND's own offsets count from the oldest and move when a transaction confirms, so all are taken,
            // from the first block to the unconfirmed, and paged here
            const { transactions } = await client.call(
              'getTransactions',
              { start_height: 0, end_height: -1 },
              request,
            )
            return toTransactionPage(transactions, request)
          },
        }
      : {}),
    ...(supports(capabilities, 'onchain.newAddress')
      ? {
          newAddress: async ({ type = 'p2wpkh', signal }) =>
            (await client.call('newAddress', { type: ADDRESS_TYPES[type] }, { signal })).address,
        }
      : {}),
    ...(supports(capabilities, 'onchain.send') ? { send: (request) => sendCoins(client, request) } : {}),
    ...(supports(capabilities, 'onchain.estimateFees')
      ? {
          estimateFees: ({ targets, signal }) => estimateFees(client, targets, signal),
        }
      : {}),
  }
}

/** What confirms within fewer blocks confirms within more as well: LND's sources do not always say so. */
async function estimateFees(
  client: LndClient,
  targets: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<number, number>>> {
  const soonestFirst = targets.toSorted((a, b) => a - b)
  const rates = await Promise.all(
    soonestFirst.map(async (target) => {
      const message = { conf_target: Math.max(target, FASTEST_TARGET) }
      return toSatPerVbyte((await client.call('estimateFee', message, { signal })).sat_per_kw)
    }),
  )
  return Object.fromEntries(
    soonestFirst.map((target, index) => [target, Math.min(...rates.slice(0, index + 1))]),
  )
}

/** SendCoins. The label goes into LND's list of transactions with the transaction itself. */
async function sendCoins(client: LndClient, request: SendOnchainRequest): Promise<OnchainSend> {
  const { address, amountSat, label, signal } = request
  const message = {
    addr: address,
    amount: String(sat(amountSat)),
    ...feeRateField(request.feeRateSatPerVbyte),
    ...(label === undefined ? {} : { label }),
  }
  const sent = await sendOnce(client, signal, async () => {
    const { txid } = await client.sendOnce('sendCoins', message, { timeoutMs: PATIENCE_MS, signal })
    return txId(txid)
  })
  return 'reply' in sent
    ? { status: 'broadcast', txId: sent.reply }
    : { status: 'unknown', detail: sent.detail }
}

/** Newest first; the cursor is time and hash of the last one (the time moves once, when it confirms). */
export function toTransactionPage(
  raw: readonly RawTransaction[],
  { limit, cursor }: { limit: number; cursor?: string },
): Page<OnchainTransaction> {
  const keyOf = ({ time_stamp, tx_hash }: RawTransaction) =>
    `${String(time_stamp).padStart(12, '0')}:${tx_hash}`
  const rest = raw
    .map((transaction) => ({ key: keyOf(transaction), transaction }))
    .filter(({ key }) => cursor === undefined || key < cursor)
    .sort((a, b) => (a.key < b.key ? 1 : -1))
  const items = rest.slice(0, limit)
  const page = { items: items.map(({ transaction }) => toTransaction(transaction)) }
  return rest.length > limit ? { ...page, nextCursor: items.at(-1)!.key } : page
}

const toTransaction = (raw: RawTransaction): OnchainTransaction => ({
  txId: txId(raw.tx_hash),
  netSat: BigInt(raw.amount),
  ...(BigInt(raw.total_fees) === 0n ? {} : { feeSat: sat(BigInt(raw.total_fees)) }),
  confirmations: raw.num_confirmations,
  createdAt: Number(raw.time_stamp),
  ...(raw.label === '' ? {} : { label: cleanText(raw.label) }),
  ...(raw.output_details.length === 0
    ? {}
    : {
        outputs: raw.output_details.map(({ address, amount, is_our_address }) => ({
          ...(address === '' ? {} : { address }),
          amountSat: sat(BigInt(amount)),
          own: is_our_address,
        })),
      }),
})

export const toOnchainBalance = (raw: RawWalletBalance): OnchainBalance => ({
  confirmedSat: sat(BigInt(raw.confirmed_balance)),
  unconfirmedSat: sat(BigInt(raw.unconfirmed_balance)),
  reservedSat: sat(BigInt(raw.locked_balance) + BigInt(raw.reserved_balance_anchor_chan)),
})

const toUtxo = (raw: RawUtxo) => ({
  outpoint: `${raw.outpoint?.txid_str ?? ''}:${raw.outpoint?.output_index ?? 0}`,
  amountSat: sat(BigInt(raw.amount_sat)),
  ...(raw.address === '' ? {} : { address: raw.address }),
  confirmations: Number(raw.confirmations),
})
