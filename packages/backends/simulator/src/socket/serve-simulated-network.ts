import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { LightningError } from '@lightning-mcp/core'
import type { SimulatedNetwork } from '../simulated-network.ts'
import { acceptWallets } from './accept-wallets.ts'
import { resolveSocketPath } from './socket-path.ts'

export interface ServeOptions {
  network: SimulatedNetwork
  /** Path of a unix socket; on Windows a named pipe is made from it. */
  socketPath: string
}

export interface NetworkServer {
  /** Where it really listens. */
  readonly socketPath: string
  /** Ends all connections. The network stays open. */
  close(): Promise<void>
}

/** Lets wallets of other processes, of this user alone, reach the network. */
export async function serveSimulatedNetwork({ network, socketPath }: ServeOptions): Promise<NetworkServer> {
  const path = resolveSocketPath(socketPath)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    acceptWallets(network, socket)
  })
  await listen(server, path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' || (await answers(path))) throw inUse(error)
    // what a killed process left behind
    rmSync(path, { force: true })
    await listen(server, path).catch((again: unknown) => {
      throw inUse(again)
    })
  })
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return {
    socketPath: path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const inUse = (cause: unknown): LightningError =>
  new LightningError({
    code: 'unavailable',
    message:
      'the socket of the simulated network cannot be opened: another process has it, or its folder is missing',
    hint: 'Connect to the network that is served there, or choose another path.',
    cause,
  })
