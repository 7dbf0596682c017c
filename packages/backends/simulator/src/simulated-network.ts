import { randomBytes } from 'node:crypto'
import {
  LightningError,
  type Msat,
  type NodeId,
  type Payment,
  type PaymentHash,
  type Preimage,
  type Sat,
} from '@lightning-mcp/core'
import { type Audit, audit } from './audit.ts'
import { mineBlocks } from './chain/mine-blocks.ts'
import { type SimulatorClock, systemClock } from './clock.ts'
import type { HoldOrder } from './faults.ts'
import { settleHoldInvoice } from './invoices/decide-invoice.ts'
import { NetworkState } from './network-state.ts'
import { releaseHeldHtlcs } from './payments/held-htlcs.ts'
import { runTasks } from './payments/run-tasks.ts'
import { openStateFile } from './persistence/state-file.ts'
import { openLocalLink } from './service/local-link.ts'
import { payOtherAmount } from './service/pay-other-amount.ts'
import type { WalletLink } from './service/wallet-service.ts'
import { createWallet, type SimulatorBackend } from './simulator-backend.ts'
import { buildTopology, DEFAULT_TOPOLOGY, giveCoins, type NetworkTopology } from './topology.ts'

export interface SimulatedNetworkOptions {
  /** Everything secret follows from it: same seed, same clock, same calls, same network. Default: random, so that no two networks share a payment hash. */
  seed?: string
  topology?: NetworkTopology
  clock?: SimulatorClock
  /** Keeps the network in this SQLite file; one process at a time. Default: in memory only. */
  stateFile?: string
  /** How long each step of an HTLC takes. Default 0. */
  latencyMs?: number
  /** Who plays the other side of the test controls. Default: `shop`, else the last node. */
  counterparty?: string
}

/** A Lightning network: nodes, channels, payments, a chain. */
export interface SimulatedNetwork {
  /** Opens the wallet of that node; closing it leaves the network open. */
  wallet(name: string, options?: { keysendChoosesPreimage?: boolean | undefined }): SimulatorBackend
  readonly nodes: readonly { name: string; nodeId: NodeId; alias: string }[]
  readonly blockHeight: number
  mineBlocks(count: number): number
  /** Coins out of nothing, for a test or a demo; spendable after the next block. */
  giveCoins(name: string, amountSat: Sat): void
  /** A node that is offline neither forwards nor gets anything; HTLCs that it holds wait for it. */
  setPeerOnline(name: string, online: boolean): void
  setLatency(latencyMs: number): void
  /** The next HTLC (that this node gets) is not passed on until it is released or runs out. */
  holdNextHtlc(order?: HoldOrder): void
  /** Passes on, or sends back, what was held; answers how many. */
  releaseHeldHtlcs(how: 'forward' | 'fail', paymentHash?: PaymentHash): number
  /** Has a node pay more, or less, than an invoice asks for: nobody can keep a payer from that. */
  payOtherAmount(name: string, request: { invoice: string; amountMsat: Msat }): Promise<Payment>
  /** Settles an accepted hold invoice of any node. */
  settleHoldInvoice(name: string, preimage: Preimage): void
  /** Where all money is: adds up to what was ever given out. */
  audit(): Audit
  /** How a wallet reaches its node; for the socket. */
  openLink(name: string): WalletLink
  /** Stores what is left and lets go of the file. Payments in flight go on when it is opened again. */
  close(): void
}

/** Makes a network, or opens the one in `stateFile`. */
export function createSimulatedNetwork(options: SimulatedNetworkOptions = {}): SimulatedNetwork {
  const latencyMs = checkLatency(options.latencyMs ?? 0)
  const state = openState(options)
  state.faults.latencyMs = latencyMs
  // whatever was under way goes on
  state.change(() => driveAll(state))
  const counterparty = counterpartyOf(state, options.counterparty)
  const openLink = (name: string): WalletLink => openLocalLink(state, name, counterparty)
  return {
    wallet: (name, options) => {
      state.node(name)
      return createWallet({ ...options, openLink: () => openLink(name), clock: state.clock })
    },
    get nodes() {
      return [...state.nodes.values()].map(({ name, nodeId, alias }) => ({ name, nodeId, alias }))
    },
    get blockHeight() {
      return state.counters.height
    },
    mineBlocks: (count) => state.change(() => mineBlocks(state, count)),
    giveCoins: (name, amountSat) => state.change(() => giveCoins(state, state.node(name).name, amountSat)),
    setPeerOnline: (name, online) =>
      state.change(() => {
        const node = state.node(name)
        node.online = online
        state.changed({ type: 'node', value: node })
        if (online) driveAll(state)
      }),
    setLatency: (latencyMs) => {
      state.faults.latencyMs = checkLatency(latencyMs)
    },
    holdNextHtlc: (order = {}) => {
      state.holdOrders.push(order)
    },
    releaseHeldHtlcs: (how, paymentHash) => state.change(() => releaseHeldHtlcs(state, how, paymentHash)),
    payOtherAmount: async (name, request) => payOtherAmount(state, name, request),
    settleHoldInvoice: (name, preimage) => {
      state.change(() => settleHoldInvoice(state, name, preimage))
    },
    audit: () => audit(state),
    openLink,
    close: () => state.close(),
  }
}

function openState(options: SimulatedNetworkOptions): NetworkState {
  const seed = options.seed ?? randomBytes(32).toString('hex')
  const store = options.stateFile === undefined ? undefined : openStateFile(options.stateFile, seed)
  const state = new NetworkState({
    seed: store?.seed ?? seed,
    clock: options.clock ?? systemClock,
    store,
    runTasks,
  })
  try {
    if (options.seed !== undefined && options.seed !== state.seed)
      throw new LightningError({
        code: 'invalid_request',
        message: 'the simulated network in this file was made from another seed',
        hint: 'Leave the seed out, or give another file.',
      })
    if (!state.load()) state.change(() => buildTopology(state, options.topology ?? DEFAULT_TOPOLOGY))
  } catch (error) {
    state.close()
    throw error
  }
  return state
}

/** Whatever could go on, does. */
function driveAll(state: NetworkState): void {
  for (const payment of state.livePayments.values()) {
    for (const part of payment.parts) state.tasks.push({ do: 'drive', payment, part })
    state.tasks.push({ do: 'attempt', payment })
  }
}

function checkLatency(latencyMs: number): number {
  if (latencyMs >= 0 && latencyMs <= 3_600_000) return latencyMs
  throw new LightningError({
    code: 'invalid_request',
    message: 'the latency must lie between 0 and 3600000 milliseconds',
    hint: 'Leave it out for a network without latency.',
  })
}

function counterpartyOf(state: NetworkState, asked: string | undefined): string {
  if (asked !== undefined) return state.node(asked).name
  return state.nodes.has('shop') ? 'shop' : ([...state.nodes.keys()].at(-1) ?? '')
}
