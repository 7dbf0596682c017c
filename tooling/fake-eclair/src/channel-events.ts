import { randomBytes } from 'node:crypto'
import type { Channel } from '@lightning-mcp/core'
import type { EclairNode } from './eclair-node.ts'
import type { JsonObject } from './json.ts'

const OPENING_OWN = ['WAIT_FOR_INIT_DUAL_FUNDED_CHANNEL', 'WAIT_FOR_ACCEPT_DUAL_FUNDED_CHANNEL'] as const
const OPENING_OTHERS = ['WAIT_FOR_OPEN_DUAL_FUNDED_CHANNEL'] as const
const CREATED = 'WAIT_FOR_DUAL_FUNDING_CREATED'
const SIGNED = 'WAIT_FOR_DUAL_FUNDING_SIGNED'
const CONFIRMING = 'WAIT_FOR_DUAL_FUNDING_CONFIRMED'
const READY = 'WAIT_FOR_DUAL_FUNDING_READY'
const COMMITMENT_FEE_RATE_PER_KW = 2500
const WEIGHT_PER_VBYTE = 250

/** Tells the websockets what becomes of a channel, step by step as Eclair does. */
export class ChannelEvents {
  readonly #node: EclairNode
  readonly #told = new Set<string>()

  constructor(node: EclairNode) {
    this.#node = node
  }

  /** Channels that were there before anybody listened. */
  known(channels: readonly Channel[]): void {
    for (const { channelId } of channels) this.#told.add(channelId as string)
  }

  /** A funding transaction was made: of a new channel, or of a splice. */
  pending(channel: Channel): void {
    const { channelId } = channel
    if (!this.#told.has(channelId as string)) this.#opening(channel)
    this.#publish('channel-funding-created', channel, { ...this.#funding(channel) })
    if (this.#told.has(channelId as string)) return
    this.#told.add(channelId as string)
    this.#changed(channel, SIGNED, CONFIRMING)
  }

  /** That transaction is deep enough. */
  opened(channel: Channel): void {
    const funding = this.#funding(channel)
    const first = funding['fundingTxIndex'] === 0
    if (first) this.#changed(channel, CONFIRMING, READY)
    this.#publish('channel-ready', channel, funding)
    if (first) this.#changed(channel, READY, 'NORMAL')
    this.#publish('channel-confirmed', channel, { ...funding, blockHeight: this.#node.network.blockHeight })
  }

  closing(channel: Channel, mode: 'cooperative' | 'force'): void {
    this.#changed(channel, 'NORMAL', mode === 'force' ? 'CLOSING' : 'NEGOTIATING_SIMPLE')
  }

  closed(channel: Channel): void {
    this.#changed(channel, 'CLOSING', 'CLOSED')
  }

  #opening(channel: Channel): void {
    const isOpener = channel.initiator === 'local'
    const temporaryChannelId = randomBytes(32).toString('hex')
    this.#node.events.publish({
      type: 'channel-created',
      remoteNodeId: channel.peer,
      isOpener,
      temporaryChannelId,
      commitTxFeeratePerKw: COMMITMENT_FEE_RATE_PER_KW,
      fundingTxFeeratePerKw: this.#node.feeRateSatPerVbyte * WEIGHT_PER_VBYTE,
    })
    const states = isOpener ? OPENING_OWN : OPENING_OTHERS
    // until both sides have named their keys the channel goes by a temporary id
    if (isOpener) this.#changed({ ...channel, channelId: temporaryChannelId }, ...OPENING_OWN)
    this.#changed(channel, states[states.length - 1] as string, CREATED)
    this.#changed(channel, CREATED, SIGNED)
  }

  #funding(channel: Channel): JsonObject {
    const fundings = this.#node.fundings.note(channel.channelId as string, {
      outpoint: channel.fundingOutpoint as string,
      capacitySat: channel.capacitySat,
    })
    return { fundingTxId: channel.fundingOutpoint?.slice(0, 64), fundingTxIndex: fundings.length - 1 }
  }

  #publish(type: string, { peer, channelId }: Channel, more: JsonObject): void {
    this.#node.events.publish({ type, remoteNodeId: peer, channelId, ...more })
  }

  #changed({ peer, channelId }: Channel, previousState: string, currentState: string): void {
    this.#node.events.publish({
      type: 'channel-state-changed',
      channelId,
      remoteNodeId: peer,
      previousState,
      currentState,
    })
  }
}
