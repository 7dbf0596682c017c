import type { Channel, OnchainTransaction, Utxo } from '@lightning-mcp/core'
import type { Parameters } from '../rpc/parameters.ts'
import { RpcError } from '../rpc/rpc-error.ts'
import type { FakeNode } from './fake-node.ts'
import { orTimedOut } from './indexes.ts'

/** What this node's wallet put into a transaction, of which the network does not tell. */
export interface SpentCoins {
  coins: readonly Utxo[]
  /** A channel's output that is spent as well. */
  channelOutpoint?: string
  /** The channel that it opens or resizes. */
  channelId?: string
  kind: 'withdraw' | 'open' | 'splice' | 'close'
  /** What goes into the channel. */
  channelMsat?: bigint
}

const PAGE = 1000
const HEIGHT_POLL_MS = 20

/** Coins of the wallet, and which of them each transaction spent. */
export class CoinBook {
  readonly #node: FakeNode
  readonly #spent = new Map<string, SpentCoins>()

  constructor(node: FakeNode) {
    this.#node = node
  }

  unspent(): Promise<readonly Utxo[]> {
    return this.#node.link.call('listUtxos')
  }

  /** Does something that spends coins, and notes which ones. */
  async spending<T extends { txId?: string | undefined }>(
    note: (answer: T) => Omit<SpentCoins, 'coins'>,
    spend: () => Promise<T>,
  ): Promise<T> {
    const before = await this.unspent()
    const answer = await spend()
    const after = new Set((await this.unspent()).map(({ outpoint }) => outpoint))
    if (answer.txId !== undefined)
      this.#spent.set(answer.txId, {
        coins: before.filter(({ outpoint }) => !after.has(outpoint)),
        ...note(answer),
      })
    return answer
  }

  /** Every coin that was spent by way of this daemon. */
  spent(): readonly Utxo[] {
    return [...this.#spent.values()].flatMap(({ coins }) => coins)
  }

  noteClose(channel: Channel, txId: string): void {
    this.#spent.set(txId, {
      coins: [],
      kind: 'close',
      ...(channel.fundingOutpoint === undefined ? {} : { channelOutpoint: channel.fundingOutpoint }),
      ...(channel.channelId === undefined ? {} : { channelId: channel.channelId }),
      channelMsat: channel.localMsat,
    })
  }

  spentBy(txId: string): SpentCoins | undefined {
    return this.#spent.get(txId)
  }

  /** Oldest first. */
  async transactions(): Promise<readonly OnchainTransaction[]> {
    const { items } = await this.#node.link.call('listOnchainTransactions', { limit: PAGE })
    return [...items].reverse()
  }

  heightOf({ confirmations }: { confirmations: number }): number {
    return confirmations === 0 ? 0 : this.#node.network.blockHeight - confirmations + 1
  }

  /** The network tells nobody of new blocks, so this looks. */
  async untilHeight(params: Parameters, signal: AbortSignal): Promise<unknown> {
    const { network, clock } = this.#node
    const wanted = params.number('blockheight') ?? 0
    let timer: NodeJS.Timeout | undefined
    const reached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (network.blockHeight >= wanted || signal.aborted) resolve()
        else timer = setTimeout(look, HEIGHT_POLL_MS)
      }
      look()
    })
    try {
      await orTimedOut(clock, params.number('timeout') ?? 60, reached, () => new RpcError(2000, 'Timed out.'))
    } finally {
      clearTimeout(timer)
    }
    return { blockheight: network.blockHeight }
  }
}
