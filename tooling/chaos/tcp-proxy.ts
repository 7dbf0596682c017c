import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What becomes of the bytes between a wallet and its node, from the next ones of the wallet on. */
export type TcpFault =
  /** Each piece takes its time, both ways. */
  | 'delay'
  /** The connection ends before they arrive. */
  | 'cut-before-request'
  /** They arrive, and then the connection ends. */
  | 'cut-after-request'
  /** The connection ends with the node's next word. */
  | 'cut-before-reply'
  /** The connection ends, and they arrive all the same, a while later. */
  | 'late'
  /** Nothing arrives any more, either way, and nobody is told; after a long while the connection ends. */
  | 'stall'
  /** They arrive, and nothing comes back, until the connection ends. */
  | 'stall-reply'

export const TCP_FAULTS: readonly TcpFault[] = [
  'delay',
  'cut-before-request',
  'cut-after-request',
  'cut-before-reply',
  'late',
  'stall',
  'stall-reply',
]

/** How long bytes take to be with the node, on one machine. */
const ARRIVAL_MS = 30
/** How many delays a stall lasts. */
const STALLED_TIMES = 9

export interface TcpProxy {
  /** `host:port` */
  readonly socket: string
  /** Once, with the connections that stand. */
  arm(fault: TcpFault): void
  close(): Promise<void>
}

/** Passes bytes on to a node. TLS and HTTP/2 go through it unread. */
export async function openTcpProxy(target: string, { delayMs }: { delayMs: number }): Promise<TcpProxy> {
  const [host, port] = target.split(':') as [string, string]
  const sockets = new Set<Socket>()
  let armed: TcpFault | undefined
  const server = createServer((wallet) => {
    const node = connect(Number(port), host)
    for (const socket of [wallet, node]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    let fault: TcpFault | undefined
    const later = (work: () => void, ms: number) => setTimeout(work, ms)
    const cut = () => wallet.destroy()
    const to = (socket: Socket, bytes: Buffer) => {
      if (!socket.destroyed) socket.write(bytes)
    }
    wallet.on('data', (bytes: Buffer) => {
      const begins = armed !== undefined
      if (begins) {
        fault = armed
        armed = undefined
      }
      switch (fault) {
        case 'delay':
          return later(() => to(node, bytes), delayMs)
        case 'cut-before-request':
          return cut()
        case 'cut-after-request':
          to(node, bytes)
          return begins ? later(cut, ARRIVAL_MS) : undefined
        case 'late':
          later(() => to(node, bytes), delayMs)
          return begins ? later(cut, ARRIVAL_MS) : undefined
        case 'stall':
          return begins ? later(cut, STALLED_TIMES * delayMs) : undefined
        case 'stall-reply':
          to(node, bytes)
          return begins ? later(cut, STALLED_TIMES * delayMs) : undefined
        default:
          return to(node, bytes)
      }
    })
    node.on('data', (bytes: Buffer) => {
      if (fault === 'delay') later(() => to(wallet, bytes), delayMs)
      else if (fault === 'cut-before-reply') cut()
      else if (fault === undefined || fault === 'cut-after-request') to(wallet, bytes)
    })
    // what was late still has to arrive
    wallet.on('close', () => later(() => node.end(), 2 * delayMs))
    node.on('close', cut)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    socket: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm(fault) {
      armed = fault
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
