import {
  createSimulatedNetwork,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
} from './simulated-network.ts'
import { createWallet, type SimulatorBackend } from './simulator-backend.ts'

/** Where the wallet's network is. Default: a new one of its own, in this process. */
export interface SimulatorBackendOptions extends SimulatedNetworkOptions {
  /** Name of the wallet's node. Default `alice`. */
  node?: string
  /** A network in this process; it stays open when the wallet closes. */
  network?: SimulatedNetwork
}

/** Opens a wallet of a simulated network. Does no I/O before the first call. */
export function createSimulatorBackend(options: SimulatorBackendOptions = {}): SimulatorBackend {
  const { node = 'alice', network, ...own } = options
  if (network !== undefined) return network.wallet(node)
  let opened: SimulatedNetwork | undefined
  return createWallet({
    openLink: async () => {
      opened = createSimulatedNetwork(own)
      return opened.openLink(node)
    },
    release: () => opened?.close(),
  })
}
