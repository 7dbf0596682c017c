import type { LightningEvent } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { chainCalls } from './chain-calls.ts'
import { channelCalls } from './channel-calls.ts'
import { controlCalls } from './control-calls.ts'
import { nodeCalls } from './node-calls.ts'
import { offerCalls } from './offer-calls.ts'
import { paymentCalls } from './payment-calls.ts'
import { routingCalls } from './routing-calls.ts'
import { walletCalls } from './wallet-calls.ts'

/** All that one wallet of the network can ask for: the same in this process and over the socket. */
export const createWalletService = (state: NetworkState, name: string, counterparty: string) => ({
  ...walletCalls(state, name),
  ...paymentCalls(state, name),
  ...channelCalls(state, name),
  ...chainCalls(state, name),
  ...routingCalls(state, name),
  ...offerCalls(state, name),
  ...nodeCalls(state, name),
  ...controlCalls(state, name, counterparty),
})

export type WalletService = ReturnType<typeof createWalletService>
export type WalletCall = keyof WalletService

/** How a backend reaches its wallet's service. */
export interface WalletLink {
  call<C extends WalletCall>(
    name: C,
    ...request: Parameters<WalletService[C]>
  ): Promise<Awaited<ReturnType<WalletService[C]>>>
  /** Live until the result is called. A `gap` tells that events were missed. */
  subscribe(onEvent: (event: LightningEvent) => void): () => void
  close(): Promise<void>
}
