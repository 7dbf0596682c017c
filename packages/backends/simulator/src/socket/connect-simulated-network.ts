import type { SimulatorClock } from '../clock.ts'
import type { NetworkControl } from '../network-controls.ts'
import type { SimulatedNetwork } from '../simulated-network.ts'
import { createWallet, type SimulatorBackend } from '../simulator-backend.ts'
import { openConnection } from './network-connection.ts'
import { createReconnectingLink } from './reconnecting-link.ts'
import { openSocketLink } from './socket-link.ts'

/** The controls of a network in another process: the same, but each answers a promise. */
export type RemoteNetwork = {
  [C in NetworkControl]: (
    ...request: Parameters<SimulatedNetwork[C]>
  ) => Promise<Awaited<ReturnType<SimulatedNetwork[C]>>>
} & {
  /** Opens the wallet of that node, with a connection of its own. */
  wallet(name: string): SimulatorBackend
  close(): void
}

/** A wallet of a network in another process. Connects when first used, and again when the connection broke. */
export const createSocketWallet = (options: {
  socketPath: string
  node: string
  clock?: SimulatorClock | undefined
  keysendChoosesPreimage?: boolean | undefined
}): SimulatorBackend =>
  createWallet({
    openLink: () => createReconnectingLink(() => openSocketLink(options)),
    clock: options.clock,
    keysendChoosesPreimage: options.keysendChoosesPreimage,
  })

/** Connects to a served network, to control it. */
export async function connectSimulatedNetwork(options: { socketPath: string }): Promise<RemoteNetwork> {
  const connection = await openConnection(options.socketPath)
  const control =
    (name: NetworkControl) =>
    (...request: readonly unknown[]): Promise<unknown> =>
      connection.ask({ do: 'control', name, request })
  return {
    mineBlocks: control('mineBlocks') as RemoteNetwork['mineBlocks'],
    giveCoins: control('giveCoins') as RemoteNetwork['giveCoins'],
    setPeerOnline: control('setPeerOnline') as RemoteNetwork['setPeerOnline'],
    setLatency: control('setLatency') as RemoteNetwork['setLatency'],
    holdNextHtlc: control('holdNextHtlc') as RemoteNetwork['holdNextHtlc'],
    releaseHeldHtlcs: control('releaseHeldHtlcs') as RemoteNetwork['releaseHeldHtlcs'],
    payOtherAmount: control('payOtherAmount') as RemoteNetwork['payOtherAmount'],
    settleHoldInvoice: control('settleHoldInvoice') as RemoteNetwork['settleHoldInvoice'],
    audit: control('audit') as RemoteNetwork['audit'],
    wallet: (node) => createSocketWallet({ socketPath: options.socketPath, node }),
    close: () => connection.close(),
  }
}
