import {
  type Capabilities,
  LightningError,
  type Network,
  type OnchainFacet,
  type OnchainSend,
  pageOf,
  type SendOnchainRequest,
  supports,
  txId,
} from '@lightning-mcp/core'
import { toOnchainBalance } from '../balance.ts'
import type { ClnClient } from '../client.ts'
import { toFeeRate } from '../fee-rate.ts'
import { sendOnce } from '../send-once.ts'
import { toList, toSat, unreadable } from '../to-core.ts'
import type { RpcFault } from '../transport.ts'
import { toTransactions } from './onchain-transactions.ts'

export function createOnchainFacet(
  client: ClnClient,
  capabilities: Capabilities,
  networkOf: (signal: AbortSignal | undefined) => Promise<Network>,
): OnchainFacet {
  const can = (name: 'newAddress' | 'send' | 'listUtxos' | 'listTransactions' | 'estimateFees'): boolean =>
    supports(capabilities, `onchain.${name}`)
  const outputs = async (signal: AbortSignal | undefined, spent: boolean) =>
    toList((await client.call('listfunds', spent ? { spent } : {}, { signal })).outputs)
  const height = async (signal: AbortSignal | undefined) =>
    Number((await client.call('getinfo', {}, { signal })).blockheight)
  return {
    async getBalance({ signal }) {
      return toOnchainBalance(await outputs(signal, false))
    },
    ...(can('newAddress')
      ? {
          newAddress: async ({ type = 'p2wpkh', signal }) => {
            const kind = type === 'p2tr' ? 'p2tr' : 'bech32'
            const address = (await client.call('newaddr', { addresstype: kind }, { signal }))[kind]
            if (typeof address !== 'string') throw unreadable('a new address is missing')
            return address
          },
        }
      : {}),
    ...(can('send') ? { send: (request) => send(client, request) } : {}),
    ...(can('listUtxos')
      ? {
          listUtxos: async ({ signal }) => {
            const [own, tip] = await Promise.all([outputs(signal, false), height(signal)])
            return own
              .filter(({ status }) => status === 'confirmed' || status === 'unconfirmed')
              .map(({ txid, output, amount_msat, address, blockheight }) => ({
                outpoint: `${txid}:${output}`,
                amountSat: toSat(amount_msat),
                ...(address === undefined ? {} : { address }),
                confirmations: confirmations(blockheight, tip),
              }))
          },
        }
      : {}),
    ...(can('listTransactions')
      ? {
          listTransactions: async (request) => {
            const { signal } = request
            const [{ transactions }, own, tip, network] = await Promise.all([
              client.call('listtransactions', {}, { signal }),
              outputs(signal, true),
              height(signal),
              networkOf(signal),
            ])
            return pageOf(
              toTransactions(toList(transactions), own, network, (block) => confirmations(block, tip)),
              request,
              (transaction) => transaction.txId,
            )
          },
        }
      : {}),
    ...(can('estimateFees')
      ? {
          estimateFees: async ({ targets, signal }) => {
            const { perkb } = await client.call('feerates', { style: 'perkb' }, { signal })
            return toEstimates(targets, toList(perkb?.estimates ?? []))
          },
        }
      : {}),
  }
}

const confirmations = (block: number | undefined, tip: number): number =>
  block === undefined || block === 0 ? 0 : Math.max(0, tip - block + 1)

/** The estimate for the longest time that is not longer than asked for. */
function toEstimates(
  targets: readonly number[],
  estimates: readonly { blockcount: number; feerate: number }[],
): Readonly<Record<number, number>> {
  const [quickest, ...rest] = estimates.toSorted((a, b) => a.blockcount - b.blockcount)
  if (quickest === undefined)
    throw new LightningError({
      code: 'not_ready',
      message: 'Core Lightning has no fee estimates yet',
      hint: 'Try again once its bitcoind has seen some blocks.',
    })
  return Object.fromEntries(
    targets.map((target) => {
      const fit = rest.findLast(({ blockcount }) => blockcount <= target) ?? quickest
      return [target, fit.feerate / 1000]
    }),
  )
}

async function send(client: ClnClient, request: SendOnchainRequest): Promise<OnchainSend> {
  const { address, amountSat, feeRateSatPerVbyte, signal } = request
  const sent = await sendOnce(
    client,
    'withdraw',
    {
      destination: address,
      satoshi: amountSat,
      feerate: feeRateSatPerVbyte === undefined ? undefined : toFeeRate(feeRateSatPerVbyte),
    },
    {
      signal,
      // captured as withdraw-too-much and withdraw-bad-address
      refused: ({ code, message }: RpcFault) => code === 301 || /destination address/i.test(message),
    },
  )
  if ('unknown' in sent) return { status: 'unknown', detail: sent.detail }
  const { txid } = sent.result
  return typeof txid === 'string'
    ? { status: 'broadcast', txId: txId(txid) }
    : { status: 'unknown', detail: 'the node named no transaction' }
}
