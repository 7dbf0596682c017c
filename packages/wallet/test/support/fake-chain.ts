import {
  type Channel,
  type ChannelOperation,
  type ChannelRef,
  type LightningBackend,
  LightningError,
  type NodeId,
  type OnchainSend,
  type OnchainTransaction,
  type Sat,
  sat,
  satToMsat,
  type TxId,
  ZERO_MSAT,
} from '@lightning-mcp/core'
import type { Script } from './fake-node.ts'

export const CHAIN_CAPABILITIES = {
  'keysend.send': 'native',
  'channels.list': 'native',
  'channels.listPending': 'native',
  'channels.listClosed': 'native',
  'channels.open': 'native',
  'channels.close': 'native',
  'splicing.spliceIn': 'native',
  'splicing.spliceOut': 'native',
  'onchain.getBalance': 'native',
  'onchain.send': 'native',
  'onchain.listUtxos': 'native',
  'onchain.listTransactions': 'native',
  'onchain.estimateFees': 'native',
} as const

export const PEER = `02${'ab'.repeat(32)}` as NodeId
export const FEE_SAT = 200n

type Operation = ChannelOperation | OnchainSend

/** What a chain has of its node. */
export interface NodeOfChain {
  nowSeconds: () => number
  script: () => Script
  reach: () => void
  keepsLabels: () => boolean
}

/** Coins and channels of a node that does what a test scripts. `done` counts what really happened. */
export class FakeChain {
  readonly done: string[] = []
  readonly asked: { operation: string; [argument: string]: unknown }[] = []
  readonly transactions: OnchainTransaction[] = []
  readonly channels: Channel[] = []
  /** In sat per virtual byte. */
  estimate = 1
  coins: Sat[] = [sat(600_000n), sat(300_000n), sat(100_000n)]
  /** As a node whose coins lie in another wallet. */
  hidesCoins = false
  /** Whether the answer to a closing has its transaction. */
  namesTransactions = true
  /** `undefined`: the node's list does not show fees. */
  feeSat: bigint | undefined = FEE_SAT
  readonly #node: NodeOfChain
  #made = 0

  constructor(node: NodeOfChain) {
    this.#node = node
    this.addChannel({ channelId: 'c1'.repeat(32), localMsat: satToMsat(500_000n) })
  }

  addChannel(change: Partial<Channel> = {}): Channel {
    const channel: Channel = {
      channelId: this.#id(),
      fundingOutpoint: `${this.#id()}:0`,
      peer: PEER,
      state: 'active',
      capacitySat: sat(1_000_000n),
      localMsat: ZERO_MSAT,
      remoteMsat: ZERO_MSAT,
      private: false,
      initiator: 'local',
      ...change,
    }
    this.channels.push(channel)
    return channel
  }

  addTransaction(change: Partial<OnchainTransaction> = {}): OnchainTransaction {
    const transaction: OnchainTransaction = {
      txId: this.#id() as TxId,
      netSat: 0n,
      confirmations: 0,
      createdAt: this.#node.nowSeconds(),
      ...(this.feeSat === undefined ? {} : { feeSat: sat(this.feeSat) }),
      ...change,
    }
    this.transactions.unshift(transaction)
    return transaction
  }

  #id(): string {
    this.#made += 1
    return this.#made.toString(16).padStart(64, '0')
  }

  async #do<T extends Operation>(
    operation: string,
    { signal, ...request }: { signal?: AbortSignal },
    perform: () => T,
  ): Promise<T> {
    const script = this.#node.script()
    this.asked.push({ operation, ...request })
    const unknown = { status: 'unknown' } as T
    const act = (): T => {
      this.done.push(operation)
      return perform()
    }
    const untilAborted = (): Promise<T> =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(unknown)))
    switch (script.do) {
      case 'settle':
      case 'pending':
        return act()
      case 'fail':
        return { status: 'failed', detail: 'the peer refused' } as T
      case 'throw':
        throw script.error
      case 'lose-reply':
        act()
        return unknown
      case 'lose-request':
        return unknown
      case 'hang':
        act()
        return untilAborted()
      case 'hang-before':
        return untilAborted()
      default:
        throw new Error(`no ${operation} is scripted to be ${script.do}`)
    }
  }

  #find(ref: ChannelRef): Channel {
    const found = this.channels.find(({ channelId }) => channelId === ref.channelId)
    if (found === undefined) throw new LightningError({ code: 'not_found', message: 'no such channel' })
    return found
  }

  #label(label: string | undefined): { label?: string } {
    return label !== undefined && this.#node.keepsLabels() ? { label } : {}
  }

  #splice(channel: Channel, changeSat: bigint, feeFromChannel: bigint): ChannelOperation {
    const { txId } = this.addTransaction({ netSat: changeSat > 0n ? -changeSat - FEE_SAT : 0n })
    channel.capacitySat = sat(channel.capacitySat + changeSat - feeFromChannel)
    channel.fundingOutpoint = `${txId}:0`
    return { status: 'pending', txId, channelId: channel.channelId as string }
  }

  facets(): Required<Pick<LightningBackend, 'onchain' | 'channels' | 'splicing'>> {
    const page = <T>(items: readonly T[]) => ({ items })
    const inState = (...states: Channel['state'][]) => {
      this.#node.reach()
      return this.channels.filter(({ state }) => states.includes(state)).map((channel) => ({ ...channel }))
    }
    const listUtxos = async () => {
      this.#node.reach()
      return this.coins.map((amountSat, index) => ({
        outpoint: `${'00'.repeat(32)}:${index}`,
        amountSat,
        confirmations: 6,
      }))
    }
    return {
      onchain: {
        getBalance: async () => ({ confirmedSat: sat(1_000_000n), unconfirmedSat: sat(0n) }),
        ...(this.hidesCoins ? {} : { listUtxos }),
        listTransactions: async () => {
          this.#node.reach()
          return page([...this.transactions])
        },
        estimateFees: async ({ targets }) =>
          Object.fromEntries(targets.map((target) => [target, this.estimate])),
        send: (request) =>
          this.#do('send', request, () => {
            const { txId } = this.addTransaction({
              netSat: -request.amountSat - FEE_SAT,
              outputs: [{ address: request.address, amountSat: request.amountSat, own: false }],
              ...this.#label(request.label),
            })
            return { status: 'broadcast', txId } as OnchainSend
          }),
      },
      channels: {
        list: async () => page(inState('active', 'inactive')),
        listPending: async () => inState('opening', 'closing', 'force-closing'),
        listClosed: async () => page(inState('closed')),
        open: (request) =>
          this.#do('open', request, () => {
            const { txId } = this.addTransaction({ netSat: -request.capacitySat - FEE_SAT })
            const { channelId } = this.addChannel({
              fundingOutpoint: `${txId}:0`,
              peer: request.peer,
              state: 'opening',
              capacitySat: request.capacitySat,
              ...this.#label(request.label),
            })
            return { status: 'pending', txId, channelId } as ChannelOperation
          }),
        close: (request) =>
          this.#do('close', request, () => {
            const channel = this.#find(request.channel)
            channel.state = request.mode === 'force' ? 'force-closing' : 'closing'
            const netSat = channel.localMsat / 1000n - FEE_SAT
            const { txId } = this.addTransaction({ netSat })
            channel.closingTxId = txId
            const named = this.namesTransactions ? { txId } : {}
            return { status: 'pending', ...named, channelId: channel.channelId } as ChannelOperation
          }),
      },
      splicing: {
        spliceIn: (request) =>
          this.#do('splice-in', request, () =>
            this.#splice(this.#find(request.channel), request.amountSat, 0n),
          ),
        spliceOut: (request) =>
          this.#do('splice-out', request, () =>
            this.#splice(this.#find(request.channel), -request.amountSat, FEE_SAT),
          ),
      },
    }
  }
}
