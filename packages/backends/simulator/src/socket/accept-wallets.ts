import type { Socket } from 'node:net'
import { LightningError } from '@lightning-mcp/core'
import { NETWORK_CONTROLS } from '../network-controls.ts'
import type { WalletCall, WalletLink } from '../service/wallet-service.ts'
import type { SimulatedNetwork } from '../simulated-network.ts'
import {
  type ClientMessage,
  fromLine,
  lineReader,
  type ServerMessage,
  toLine,
  toWireError,
} from './messages.ts'

/** A reader that is so far behind is told a `gap` once it has caught up. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

/** Serves one connection. When it breaks, what was asked goes on: nobody but the answer is lost. */
export function acceptWallets(network: SimulatedNetwork, socket: Socket): void {
  const links = new Map<string, WalletLink>()
  const behind = new Set<string>()
  const tell = (message: ServerMessage): void => {
    if (!socket.destroyed) socket.write(toLine(message))
  }
  const linkOf = (node: string): WalletLink => {
    const link = links.get(node) ?? network.openLink(node)
    links.set(node, link)
    return link
  }
  const subscribe = (node: string): void => {
    linkOf(node).subscribe((event) => {
      if (socket.writableLength > MAX_UNREAD_BYTES) behind.add(node)
      else tell({ event, node })
    })
  }
  const answer = async (message: ClientMessage): Promise<unknown> => {
    if (message.do === 'subscribe') return subscribe(message.node)
    if (message.do === 'control') return control(network, message.name, message.request)
    const call = linkOf(message.node).call as (
      name: string,
      ...request: readonly unknown[]
    ) => Promise<unknown>
    return call(message.name as WalletCall, ...message.request)
  }
  const read = lineReader((line) => {
    const message = fromLine<ClientMessage>(line)
    answer(message).then(
      (result) => tell({ id: message.id, result }),
      (error: unknown) => tell({ id: message.id, error: toWireError(error) }),
    )
  })
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    try {
      read(chunk)
    } catch {
      // not a wallet that talks there
      socket.destroy()
    }
  })
  socket.on('drain', () => {
    for (const node of behind) tell({ event: { type: 'gap' }, node })
    behind.clear()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const link of links.values()) void link.close()
  })
}

function control(network: SimulatedNetwork, name: string, request: readonly unknown[]): unknown {
  const known = NETWORK_CONTROLS.find((candidate) => candidate === name)
  if (known === undefined)
    throw new LightningError({
      code: 'unsupported',
      message: 'the simulated network does not know this control',
      hint: 'Use the same version on both sides of the socket.',
    })
  const operation = network[known] as (...given: readonly unknown[]) => unknown
  return operation(...request)
}
