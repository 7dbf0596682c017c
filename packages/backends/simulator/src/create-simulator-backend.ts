import { LightningError } from '@lightning-mcp/core'
import {
  createSimulatedNetwork,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
} from './simulated-network.ts'
import { createWallet, type SimulatorBackend } from './simulator-backend.ts'
import { createSocketWallet } from './socket/connect-simulated-network.ts'
import { openSharedNetwork } from './socket/shared-network.ts'

/**
 * Where the wallet's network is: `network`, in this process already; `socketPath` alone, in another
 * process; `stateFile` and `socketPath`, in whichever process opens the file first; otherwise a new
 * one of its own, in this process.
 */
export interface SimulatorBackendOptions extends SimulatedNetworkOptions {
  /** Name of the wallet's node. Default `alice`. */
  node?: string
  /** Stays open when the wallet closes. */
  network?: SimulatedNetwork
  socketPath?: string
  /** The node chooses the preimages of keysend payments, as those of Core Lightning and Eclair do: a lost reply is found by its label. Default: the caller does. */
  keysendChoosesPreimage?: boolean
}

/** Opens a wallet of a simulated network. Does no I/O before the first call. */
export function createSimulatorBackend(options: SimulatorBackendOptions = {}): SimulatorBackend {
  const { node = 'alice', network, socketPath, keysendChoosesPreimage, ...own } = options
  const { clock } = own
  if (network !== undefined) {
    refuseMixture(socketPath !== undefined || Object.keys(own).length > 0, 'network')
    return network.wallet(node, { keysendChoosesPreimage })
  }
  if (socketPath !== undefined && own.stateFile !== undefined) {
    const shared = { ...own, stateFile: own.stateFile, socketPath, node }
    return createWallet({ openLink: () => openSharedNetwork(shared), clock, keysendChoosesPreimage })
  }
  if (socketPath !== undefined) {
    refuseMixture(
      Object.keys(own).some((name) => name !== 'clock'),
      'socketPath',
    )
    return createSocketWallet({ socketPath, node, clock, keysendChoosesPreimage })
  }
  let opened: SimulatedNetwork | undefined
  return createWallet({
    clock,
    keysendChoosesPreimage,
    openLink: () => {
      opened = createSimulatedNetwork(own)
      return opened.openLink(node)
    },
    release: () => opened?.close(),
  })
}

function refuseMixture(mixed: boolean, name: string): void {
  if (!mixed) return
  throw new LightningError({
    code: 'invalid_request',
    message: `the simulator cannot be given ${name} together with options of a new network`,
    hint: `Leave out ${name}, or everything that describes a new network.`,
  })
}
