import type { SimulatedNetwork, SimulatorBackend, SimulatorClock } from '@lightning-mcp/backend-simulator'
import type { Payment } from '@lightning-mcp/core'
import type { AbortedOpenings } from './books/aborted-openings.ts'
import type { FundingBook } from './books/funding-book.ts'
import type { IncomingBook } from './books/incoming-book.ts'
import type { OfferBook } from './books/offer-book.ts'
import type { OutgoingBook } from './books/outgoing-book.ts'
import type { PeerBook } from './books/peer-book.ts'
import type { ChannelEvents } from './channel-events.ts'
import type { EngineEvents } from './engine-events.ts'
import type { JsonObject } from './json.ts'
import type { PaymentScript } from './payment-script.ts'
import type { EventHub } from './wire/event-hub.ts'

/** `0.13`: before final splicing and `relaystats`. `0.9`: before offers, and too old for most clients. */
export type EclairVersion = '0.14' | '0.13' | '0.9'

/** The Eclair that is played: a node of the simulated network with Eclair's own books. */
export interface EclairNode {
  readonly version: EclairVersion
  /** What `getinfo` says; a lie where a test wants the wrong network. */
  readonly chain: 'regtest' | 'mainnet' | 'testnet' | 'signet'
  readonly name: string
  readonly alias: string
  readonly nodeId: string
  readonly privateKey: Uint8Array
  readonly network: SimulatedNetwork
  readonly wallet: SimulatorBackend
  /** The same without the checks of a wallet: what was decoded here is not decoded there again. */
  readonly link: ReturnType<SimulatedNetwork['openLink']>
  readonly clock: SimulatorClock
  readonly outgoing: OutgoingBook
  readonly incoming: IncomingBook
  readonly offers: OfferBook
  readonly peers: PeerBook
  readonly fundings: FundingBook
  readonly abortedOpenings: AbortedOpenings
  readonly channelEvents: ChannelEvents
  /** What its transactions pay where the caller does not say. */
  readonly feeRateSatPerVbyte: number
  /** Of its invoices, once known. */
  finalCltvDelta?: number
  isConnected(nodeId: string): Promise<boolean>
  readonly events: EventHub
  readonly script: PaymentScript
  /** How long a call that Eclair never answers hangs before its actors give up. */
  readonly askTimeoutMs: number
  /** A recipient, or a hop before it that knows the preimage, takes a second payment of the same hash. */
  readonly takesSecondPayments: boolean
  readonly engineEvents: EngineEvents
  /** Payments whose actor is at work, by id. */
  readonly unfinished: Map<string, Promise<JsonObject>>
  /** One of its channels: by which one money came the engine does not tell. */
  anyChannel(): JsonObject
  /** Moves the money of a second payment; `undefined`: no way for it. */
  takeAgain(order: {
    paymentHash: string
    recipientNodeId: string
    amountMsat: bigint
    maxFeeMsat: bigint
  }): Promise<Payment | undefined>
}
