import { type OnchainTransaction, type Page, type Peer, sat, type Utxo } from '@lightning-mcp/core'
import type { Mistake } from '../mistake.ts'

/** Channels, peers and coins. */
export const channelMistakes: readonly Mistake[] = [
  {
    name: 'opens-smaller',
    wrong: 'opens a channel that is smaller than was asked for',
    operation: 'channels.open',
    ask: (request) => ({ ...request, capacitySat: sat(BigInt(String(request.capacitySat)) - 1n) }),
    fails: ['opened-channel-becomes-active'],
  },
  {
    name: 'forgets-closed-channels',
    wrong: 'lists no closed channel',
    operation: 'channels.listClosed',
    instead: () => ({ items: [] }),
    fails: ['closed-channel-is-listed'],
  },
  {
    name: 'keeps-its-policy',
    wrong: 'accepts a new policy and goes on with the old one',
    operation: 'channels.updatePolicy',
    instead: () => undefined,
    fails: ['policy-update-is-listed'],
  },
  {
    name: 'knows-peers-by-channel-only',
    wrong: 'lists no peer as connected',
    operation: 'peers.list',
    tell: (peers: readonly Peer[]) => peers.map((peer) => ({ ...peer, connected: false })),
    fails: ['peers-list-who-is-connected', 'peer-connect-and-disconnect-repeatable'],
  },
  {
    name: 'stays-connected',
    wrong: 'says nothing and stays connected',
    operation: 'peers.disconnect',
    instead: () => undefined,
    fails: ['peer-connect-and-disconnect-repeatable'],
  },
  {
    name: 'has-one-address',
    wrong: 'gives the same address every time',
    operation: 'onchain.newAddress',
    instead: () => 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    fails: ['onchain-addresses-are-fresh'],
  },
  {
    name: 'counts-coins-twice',
    wrong: 'lists every coin twice',
    operation: 'onchain.listUtxos',
    tell: (coins: readonly Utxo[]) => [...coins, ...coins],
    fails: ['onchain-utxos-add-up'],
  },
  {
    name: 'forgets-the-miner',
    wrong: 'leaves the fee out of what a transaction cost',
    operation: 'onchain.listTransactions',
    tell: ({ items, ...page }: Page<OnchainTransaction>) => ({
      ...page,
      items: items.map((item) => ({ ...item, netSat: item.netSat + (item.feeSat ?? 0n) })),
    }),
    fails: ['onchain-send-is-listed'],
  },
  {
    name: 'charges-for-patience',
    wrong: 'asks for more the longer one can wait',
    operation: 'onchain.estimateFees',
    tell: (rates: Readonly<Record<number, number>>) =>
      Object.fromEntries(Object.entries(rates).map(([target, rate]) => [target, rate * Number(target)])),
    fails: ['onchain-fee-rates-fall-with-patience'],
  },
]
