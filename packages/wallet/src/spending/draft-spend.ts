import {
  type BackendProfile,
  type ChannelRef,
  type LightningBackend,
  LightningError,
  type Msat,
  type Warning,
} from '@lightning-mcp/core'
import type { FeeFacts } from '../limits.ts'
import type { SpendPlan } from './spend-plan.ts'

/** An order with all that has to be known, and recorded, before it is sent. */
export interface PreparedSpend {
  /** In canonical form. */
  destination: string
  plan: SpendPlan
  /** The channel that it changes. */
  channel?: ChannelRef
  /** What whoever has it previewed should know. */
  warnings?: readonly Warning[]
}

/** One whose cost is not in its plan yet. */
export interface Draft extends PreparedSpend {
  fees: FeeFacts
  feeBaseMsat?: Msat
}

export interface Context {
  nowMs: number
  backend: LightningBackend
  profile: BackendProfile
  signal: AbortSignal | undefined
  /** By which names an earlier order knew a channel that the node does not list by this one. */
  namesOnRecord?: (channel: ChannelRef) => Promise<ChannelRef | undefined>
}

export const signalOf = ({ signal }: Context) => (signal === undefined ? {} : { signal })

/** Throws for what is not to be paid on the wallet’s network. */
export function assertNetwork(
  { networks }: { networks: readonly BackendProfile['identity']['network'][] },
  { identity }: BackendProfile,
  what: 'address' | 'offer' = 'address',
): void {
  if (networks.includes(identity.network)) return
  throw new LightningError({
    code: 'wrong_network',
    message: `the ${what} is one of ${networks.join(' or ') || 'no known network'}, and this wallet is on ${identity.network}`,
    hint: `Ask the recipient for an ${what} on ${identity.network}.`,
  })
}
