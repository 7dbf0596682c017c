import { LightningError } from '@lightning-mcp/core'
import type { WalletLink } from '../service/wallet-service.ts'
import { createSimulatedNetwork, type SimulatedNetworkOptions } from '../simulated-network.ts'
import { type BreakableLink, createReconnectingLink } from './reconnecting-link.ts'
import { serveSimulatedNetwork } from './serve-simulated-network.ts'
import { openSocketLink } from './socket-link.ts'

export interface SharedNetworkOptions extends SimulatedNetworkOptions {
  stateFile: string
  socketPath: string
  node: string
}

const ATTEMPTS = 100
const PAUSE_MS = 50

/**
 * A network that several processes have in one folder: whoever opens the file first runs it and
 * serves the others; when that process ends, in whatever way, one of the others takes over.
 */
export const openSharedNetwork = (options: SharedNetworkOptions): WalletLink =>
  createReconnectingLink(() => openOrJoin(options))

async function openOrJoin(options: SharedNetworkOptions): Promise<BreakableLink> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(options)
    } catch (error) {
      if (!isUnavailable(error)) throw error
    }
    try {
      return await openSocketLink(options)
    } catch (error) {
      // between the two another process may have begun or ended
      if (!isUnavailable(error) || attempt === ATTEMPTS) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

async function run(options: SharedNetworkOptions): Promise<BreakableLink> {
  const network = createSimulatedNetwork(options)
  try {
    const server = await serveSimulatedNetwork({ network, socketPath: options.socketPath })
    const link = network.openLink(options.node)
    return {
      ...link,
      over: new Promise(() => undefined),
      async close() {
        await link.close()
        await server.close()
        network.close()
      },
    }
  } catch (error) {
    network.close()
    throw error
  }
}

const isUnavailable = (error: unknown): boolean => LightningError.is(error) && error.code === 'unavailable'
