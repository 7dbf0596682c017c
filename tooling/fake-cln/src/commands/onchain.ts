import { LightningError, type OnchainTransaction, sat, type Utxo } from '@lightning-mcp/core'
import { FAKE_PSBT, fakeHex } from '../node/channel-lines.ts'
import type { FakeNode } from '../node/fake-node.ts'
import { scriptOf } from '../node/scripts.ts'
import type { Commands } from '../rpc/command.ts'
import { exact, given } from '../rpc/exact-json.ts'
import type { Parameters } from '../rpc/parameters.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'
import { channelFundsLine } from './channels.ts'
import { cannotAfford, isShort, readFeeRate, SPLICE_RATE } from './spend-terms.ts'

/** The wallet on the chain. */
export const onchainCommands: Commands = {
  newaddr: async (node, params) => {
    const type = params.text('addresstype') ?? 'all'
    if (type !== 'all' && type !== 'bech32' && type !== 'p2tr')
      throw badParameter('addresstype', 'should be one of bech32, p2tr, or all', JSON.stringify(type))
    const made = given({
      bech32: type === 'p2tr' ? undefined : await node.link.call('newAddress', { type: 'p2wpkh' }),
      p2tr: type === 'bech32' ? undefined : await node.link.call('newAddress', { type: 'p2tr' }),
    })
    node.addresses.push({ keyidx: node.addresses.length + 1, ...made })
    return made
  },

  withdraw: async (node, params) => {
    const amount = params.sat('satoshi')
    const address = params.text('destination') ?? ''
    const coins = await node.coins.unspent()
    const amountSat = amount === 'all' ? await allOf(node, params) : (amount ?? 0n)
    const rate = readFeeRate(params)
    try {
      const { txId = '' } = await node.coins.spending(
        () => ({ kind: 'withdraw' }),
        () =>
          node.link.call('sendOnchain', {
            address,
            amountSat: sat(amountSat),
            ...(rate === undefined ? {} : { feeRateSatPerVbyte: rate }),
          }),
      )
      return { tx: fakeHex(60, txId, 'tx'), txid: txId, psbt: FAKE_PSBT }
    } catch (error) {
      if (!LightningError.is(error)) throw error
      if (isShort(error)) throw cannotAfford(amountSat, coins)
      if (/address/.test(error.message))
        throw new RpcError(-1, 'Could not parse destination address, destination should be a valid address')
      throw new RpcError(-1, error.message)
    }
  },

  listfunds: async (node, params) => {
    const channels = await node.channels.live()
    const spent = params.flag('spent') === true ? node.coins.spent() : []
    return {
      outputs: [
        ...(await node.coins.unspent()).map((coin) =>
          coinLine(node, coin, coin.confirmations > 0 ? 'confirmed' : 'unconfirmed'),
        ),
        ...spent.map((coin) => coinLine(node, coin, 'spent')),
      ],
      channels: [
        ...channels.map((channel) => channelFundsLine(node, channel)),
        ...(await node.channels.closedBy(true)).map((closed) =>
          channelFundsLine(node, closed.channel, closed),
        ),
      ],
    }
  },

  listtransactions: async (node) => ({
    transactions: (await node.coins.transactions()).map((transaction) => transactionLine(node, transaction)),
  }),

  listaddresses: async (node, params) => {
    const address = params.text('address')
    return {
      addresses: node.addresses.filter(
        ({ bech32, p2tr }) => address === undefined || bech32 === address || p2tr === address,
      ),
    }
  },

  feerates: async (node, params) => {
    const style = params.text('style') ?? ''
    if (style !== 'perkb' && style !== 'perkw')
      throw badParameter('style', 'should be either perkw or perkb', JSON.stringify(style))
    const rates = await node.link.call('estimateOnchainFees', { targets: BLOCK_TARGETS })
    const told = (satPerVbyte: number): number => Math.round(satPerVbyte * (style === 'perkb' ? 1000 : 250))
    const usual = told(rates[6] ?? 1)
    return {
      [style]: {
        opening: usual,
        mutual_close: usual,
        unilateral_close: usual,
        unilateral_anchor_close: told(5),
        penalty: usual,
        splice: told(SPLICE_RATE),
        min_acceptable: told(1),
        max_acceptable: usual * 10,
        floor: told(1),
        estimates: BLOCK_TARGETS.map((target) => ({
          blockcount: target,
          feerate: told(rates[target] ?? 1),
          smoothed_feerate: told(rates[target] ?? 1),
        })),
      },
      onchain_fee_estimates: {
        opening_channel_satoshis: 177,
        mutual_close_satoshis: 170,
        unilateral_close_satoshis: 1390,
        unilateral_close_nonanchor_satoshis: 151,
        htlc_timeout_satoshis: 167,
        htlc_success_satoshis: 177,
      },
    }
  },
}

function coinLine(node: FakeNode, coin: Utxo, status: 'confirmed' | 'unconfirmed' | 'spent'): unknown {
  const [txid = '', output = '0'] = coin.outpoint.split(':')
  const address = coin.address ?? ''
  return given({
    txid,
    output: Number(output),
    amount_msat: exact(coin.amountSat * 1000n),
    scriptpubkey: scriptOf(address),
    address,
    status,
    blockheight: coin.confirmations > 0 ? node.coins.heightOf(coin) : undefined,
    reserved: false,
  })
}

const BLOCK_TARGETS = [2, 6, 12, 100]
/** Of a transaction with one input and two outputs, as the network counts it. */
const SEND_ALL_VBYTES = 141n

async function allOf(node: FakeNode, params: Parameters): Promise<bigint> {
  const coins = (await node.coins.unspent()).filter(({ confirmations }) => confirmations > 0)
  const total = coins.reduce((sum: bigint, { amountSat }) => sum + amountSat, 0n)
  const fee =
    SEND_ALL_VBYTES * BigInt(Math.max(1, coins.length)) * BigInt(Math.ceil(readFeeRate(params) ?? 2))
  return total > fee ? total - fee : 0n
}

function transactionLine(node: FakeNode, transaction: OnchainTransaction): unknown {
  const spent = node.coins.spentBy(transaction.txId)
  const inputs = [
    ...(spent?.channelOutpoint === undefined ? [] : [spent.channelOutpoint]),
    ...(spent?.coins.map(({ outpoint }) => outpoint) ?? []),
  ]
  // coins out of nothing: whoever paid them had coins of their own
  if (inputs.length === 0) inputs.push(`${fakeHex(32, transaction.txId, 'payer')}:0`)
  return {
    hash: transaction.txId,
    rawtx: fakeHex(60, transaction.txId, 'tx'),
    blockheight: node.coins.heightOf(transaction),
    txindex: 1,
    locktime: Math.max(0, node.coins.heightOf(transaction) - 1),
    version: 2,
    inputs: inputs.map((outpoint) => {
      const [txid, index = '0'] = outpoint.split(':')
      return { txid, index: Number(index), sequence: 4_294_967_293 }
    }),
    outputs: (transaction.outputs ?? []).map(({ amountSat, address }, index) => ({
      index,
      amount_msat: exact(amountSat * 1000n),
      scriptPubKey: scriptOf(address ?? ''),
    })),
  }
}
