import { LightningError } from '@lightning-mcp/core'
import type { NetworkState } from '../network-state.ts'
import { createWalletService, type WalletLink } from './wallet-service.ts'

/** The way to a network in this process. */
export function openLocalLink(state: NetworkState, name: string, counterparty: string): WalletLink {
  state.node(name)
  const service: Readonly<Record<string, unknown>> = createWalletService(state, name, counterparty)
  const ends = new Set<() => void>()
  const call = async (method: string, ...request: readonly unknown[]): Promise<unknown> => {
    if (state.closed)
      throw new LightningError({
        code: 'unavailable',
        message: 'the simulated network is closed',
        hint: 'Open it again.',
      })
    const operation = Object.hasOwn(service, method) ? service[method] : undefined
    if (typeof operation !== 'function')
      throw new LightningError({
        code: 'unsupported',
        message: 'the simulated network does not know this call',
        hint: 'Use the same version on both sides of the socket.',
      })
    return operation(...request)
  }
  return {
    // the service's own types say what goes in and comes out of each call
    call: call as WalletLink['call'],
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
