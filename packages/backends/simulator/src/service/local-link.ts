import { LightningError } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import {
  createWalletService,
  type WalletCall,
  type WalletLink,
  type WalletService,
} from './wallet-service.ts'

/** The way to a network in this process. */
export function openLocalLink(state: NetworkState, name: string, counterparty: string): WalletLink {
  state.node(name)
  const service = createWalletService(state, name, counterparty)
  const ends = new Set<() => void>()
  return {
    async call<C extends WalletCall>(method: C, ...request: Parameters<WalletService[C]>) {
      if (state.closed)
        throw new LightningError({
          code: 'unavailable',
          message: 'the simulated network is closed',
          hint: 'Open it again.',
        })
      const operation = service[method] as (
        ...given: Parameters<WalletService[C]>
      ) => Awaited<ReturnType<WalletService[C]>> | Promise<Awaited<ReturnType<WalletService[C]>>>
      return operation(...request)
    },
    subscribe(onEvent) {
      const end = state.events.subscribe(name, onEvent)
      ends.add(end)
      return () => {
        ends.delete(end)
        end()
      }
    },
    async close() {
      for (const end of ends) end()
      ends.clear()
    },
  }
}
