import type { Channel, Msat } from '@lightning-mcp/core'
import type { FakeNode } from './fake-node.ts'

/** A splice whose transaction is not deep enough yet: the daemon tells the channel as it was. */
export interface Inflight {
  before: Channel
  txId: string
  output: number
  /** What this side has more, or less with the fee. */
  deltaMsat: bigint
  sinceHeight: number
}

/** A channel that is closed, as it was last seen open. */
export interface ClosedChannel {
  channel: Channel
  closingTxId: string
  closer: 'local' | 'remote'
  mode: 'mutual' | 'unilateral'
  /** Of the chain when this was noticed. */
  height: number
}

/** Blocks until a splice replaces the old output. */
const SPLICE_DEPTH = 3
/** So long a connection must last to be called stable. */
const STABLE_SECONDS = 60
/** The peer's own announcement of an unannounced channel comes a moment later. */
const ANNOUNCED_SECONDS = 1
/** The daemon watches a closed channel so long before it lets go of it. */
const WATCHED_BLOCKS = 100
const PAGE = 1000

/** What the daemon remembers of channels beyond their present state. */
export class ChannelBook {
  readonly #node: FakeNode
  readonly #lastSeen = new Map<string, Channel>()
  readonly #activeSince = new Map<string, number>()
  readonly #lastStable = new Map<string, number>()
  readonly #inflights = new Map<string, Inflight>()
  readonly #closers = new Map<string, { mode: 'mutual' | 'unilateral' }>()
  readonly #closed: ClosedChannel[] = []

  constructor(node: FakeNode) {
    this.#node = node
  }

  /** Open, opening and closing ones. */
  async live(): Promise<readonly Channel[]> {
    const { items } = await this.#node.link.call('listChannels', { limit: PAGE })
    const channels = [...items, ...(await this.#node.link.call('listPendingChannels'))]
    for (const channel of channels) this.#see(channel)
    return channels
  }

  #see(channel: Channel): void {
    const { channelId = '' } = channel
    const now = this.#node.now()
    this.#lastSeen.set(channelId, channel)
    if (channel.state !== 'active') return
    const since = this.#activeSince.get(channelId) ?? now
    this.#activeSince.set(channelId, since)
    if (now - since >= STABLE_SECONDS) this.#lastStable.set(channelId, now)
  }

  /** When the connection to its peer was last known to be a stable one. */
  lastStable(channelId: string): number | undefined {
    return this.#lastStable.get(channelId)
  }

  /** Whether the peer has told what it asks for forwarding. */
  knowsRemote({ channelId = '', state, private: unannounced }: Channel): boolean {
    if (state === 'opening') return false
    const since = this.#activeSince.get(channelId)
    return !unannounced || since === undefined || this.#node.now() - since >= ANNOUNCED_SECONDS
  }

  async counts(): Promise<{ active: number; inactive: number; pending: number }> {
    const counts = { active: 0, inactive: 0, pending: 0 }
    for (const { state } of await this.live())
      if (state === 'active' || state === 'inactive') counts[state] += 1
      else if (state === 'opening') counts.pending += 1
    return counts
  }

  /** Closed ones that the daemon still watches, and those that it has let go of. */
  async closedBy(watched: boolean): Promise<readonly ClosedChannel[]> {
    if (this.#closed.length === 0) return []
    const { blockHeight } = this.#node.network
    const transactions = await this.#node.coins.transactions()
    const heightOf = (closed: ClosedChannel): number => {
      const closing = transactions.find(({ txId }) => txId === closed.closingTxId)
      return closing === undefined ? closed.height : this.#node.coins.heightOf(closing)
    }
    return this.#closed.filter((closed) => blockHeight - heightOf(closed) < WATCHED_BLOCKS === watched)
  }

  /** By peer, by full id or by short id. */
  async find(id: string): Promise<Channel | undefined> {
    const channels = await this.live()
    return channels.find(
      (channel) => channel.channelId === id || channel.shortChannelId === id || channel.peer === id,
    )
  }

  closing(channel: Channel, mode: 'mutual' | 'unilateral'): void {
    this.#lastSeen.set(channel.channelId as string, channel)
    this.#closers.set(channel.channelId as string, { mode })
  }

  modeOf(channelId: string): 'mutual' | 'unilateral' | undefined {
    return this.#closers.get(channelId)?.mode
  }

  /** Told by the network once the closing transaction is in a block. */
  closed(channelId: string): void {
    const channel = this.#lastSeen.get(channelId)
    if (channel === undefined) return
    const own = this.#closers.get(channelId)
    this.#closed.push({
      channel,
      closingTxId: channel.closingTxId ?? '',
      closer: own === undefined ? 'remote' : 'local',
      mode: own?.mode ?? 'mutual',
      height: this.#node.network.blockHeight,
    })
  }

  spliced(before: Channel, after: Channel): void {
    const [txId = '', output = '0'] = (after.fundingOutpoint ?? '').split(':')
    this.#inflights.set(before.channelId as string, {
      before,
      txId,
      output: Number(output),
      deltaMsat: after.localMsat - before.localMsat,
      sinceHeight: this.#node.network.blockHeight,
    })
  }

  inflight(channelId: string): Inflight | undefined {
    const inflight = this.#inflights.get(channelId)
    if (inflight === undefined) return undefined
    if (this.#node.network.blockHeight - inflight.sinceHeight < SPLICE_DEPTH) return inflight
    this.#inflights.delete(channelId)
    return undefined
  }

  /** Of any channel that was seen. */
  anyId(): string | undefined {
    return this.#lastSeen.keys().next().value
  }

  /** What was earned by forwarding. */
  async feesCollected(): Promise<bigint> {
    await this.#node.forwards.refresh()
    return this.#node.forwards.feesCollected()
  }
}

/** Of the channel's two balances and its capacity: what lies in HTLCs. */
export const lockedMsat = ({ capacitySat, localMsat, remoteMsat }: Channel): bigint =>
  capacitySat * 1000n - localMsat - remoteMsat

export const reserveMsat = ({ capacitySat }: Channel): bigint => (capacitySat / 100n) * 1000n

export const zeroIfAbsent = (amount: Msat | undefined): bigint => amount ?? 0n
