import type { Capability, ChannelRef, Msat, NodeId, PaymentHash, UnixSeconds } from '@lightning-mcp/core'
import type { Counterparty } from './counterparty.ts'
import type { MadeBackend } from './harness.ts'

/**
 * The world of one case. Everything optional is an ability: a case that needs a missing one is
 * reported as not run, never as passed. Names of abilities in the manifest are paths into this type.
 */
export interface Stage {
  readonly backends: StageBackends
  /** A node with a direct channel to the backend's (or any other wallet of the same service); no routing fee. */
  readonly counterparty: Counterparty
  /** A node behind the counterparty or another hop that charges a fee above zero. */
  readonly remote?: Counterparty
  /** An amount to `payee` that fits into no single channel of the backend, but into several. */
  readonly multiPart?: { readonly payee: Counterparty; readonly amountMsat: Msat }
  /** Calls that have reached the backend's wire (or, in process, its engine) so far; any growth counts as I/O. */
  wireCalls?(): number
  /** Connections that the backends of this stage hold now. */
  openConnections?(): number
  /** Every credential in use, as text: none may be seen in an error. */
  readonly secrets?: readonly string[]
  readonly clock?: StageClock
  readonly faults?: StageFaults
  /** A channel of the backend that may be closed for good. Only where the stage is fresh for each case. */
  spareChannel?(): Promise<ChannelRef>
  /** Confirms what waits for confirmation. */
  mineBlocks?(count: number): Promise<void>
  /** An on-chain address of somebody else. */
  foreignAddress?(): Promise<string>
  /** An address that a splice-out may pay, where the node pays none of somebody else. */
  spliceOutAddress?(): Promise<string>
  /** Has a payment of somebody else routed through the backend's node, which passes on exactly so much. Resolves once settled. */
  routePayment?(amountMsat: Msat): Promise<void>
  /** A watchtower that the backend's node can reach and has not been told of. */
  readonly watchtower?: { readonly nodeId: NodeId; readonly address: string }
  /** A node without a channel with the backend's, and where it listens for peers (`host:port`). */
  readonly stranger?: { readonly nodeId: NodeId; readonly host: string }
  /** A zbase32 signature by another implementation over `message`, and who made it. */
  readonly foreignSignature?: {
    readonly message: string
    readonly signature: string
    readonly nodeId: string
  }
  /** Ends what belongs to this stage alone. */
  close(): Promise<void>
}

/** Backends over the same wallet: with the full credential, and in the states that `connect()` must tell apart. */
export interface StageBackends {
  full(): MadeBackend
  /** May read, and neither receive nor send. */
  readOnly?(): MadeBackend
  /** May read and make invoices, not send. */
  receiveOnly?(): MadeBackend
  /** A credential that the backend refuses. */
  badCredential?(): MadeBackend
  /** Nobody listens there. */
  unreachable?(): MadeBackend
  /** The wallet is locked or still starting. */
  locked?(): MadeBackend
  /** The server's certificate is not signed by the authority that was given. */
  untrustedCertificate?(): MadeBackend
  /** Speaks to a version that lacks the methods behind `missing`. */
  oldVersion?(): Promise<{ backend: MadeBackend; missing: readonly Capability[] }>
  /** Can spend, or holds in channels, exactly this much. */
  funded?(amountMsat: Msat): MadeBackend
}

/** A clock that backend, counterparty and network share. Absent: the real one. */
export interface StageClock {
  now(): UnixSeconds
  advance(seconds: number): Promise<void>
}

/** Faults between the adapter and its backend. The ones that arm act once, on the next matching call. */
export interface StageFaults {
  /** From now on nothing can be reached and open connections are cut; the answer undoes it. */
  refuseConnections?(): Promise<() => Promise<void>>
  /** Cuts all connections now, a payment's included; new ones work. What the backend was told goes on. */
  cutConnections?(): Promise<void>
  /** Arms: the next spending request (pay, keysend, offer, open, on-chain) is carried out and its reply lost. */
  loseReply?(): void
  /** Arms: the next payment is carried out and its reply is malformed. */
  garbleReply?(): void
  /** Arms: the next payment is carried out, and while its recipient holds the HTLC the reply is an error. */
  failReplyWhileHeld?(): void
  /** Arms: the next payment look-up finds nothing. */
  hidePaymentOnce?(): void
  /** Arms: the next call is refused because there were too many. */
  limitRate?(): void
  /** Breaks event streams once; they can be opened again. */
  breakStreams?(): Promise<void>
  /** Sends an event that claims, falsely, that this open invoice was paid. */
  forgeSettledEvent?(paymentHash: PaymentHash): Promise<void>
  /** Has the backend tell this many harmless events at once. */
  floodEvents?(count: number): Promise<void>
  /** Times in ms, on any steady clock, at which a connection was tried since `refuseConnections`. */
  connectionAttempts?(): readonly number[]
}
