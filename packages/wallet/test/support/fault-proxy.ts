import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What becomes of one message between a wallet and its node. */
export type FaultKind =
  /** It, and with it all that follows on the connection, takes its time. */
  | 'delay'
  /** Never arrives; the connection stands. */
  | 'lose'
  /** The connection ends instead. */
  | 'cut-before'
  /** Arrives, and then the connection ends. */
  | 'cut-after'
  /** The connection ends, and the message arrives all the same, a while later. */
  | 'late'
  | 'duplicate'
  /** Lets the next one pass. */
  | 'reorder'
  | 'garble'
  /** Arrives by half, and then the connection ends. */
  | 'truncate'

export const FAULT_KINDS: readonly FaultKind[] = [
  'delay',
  'lose',
  'cut-before',
  'cut-after',
  'late',
  'duplicate',
  'reorder',
  'garble',
  'truncate',
]

/** One message as the proxy sees it. */
export interface Passing {
  from: 'wallet' | 'node'
  /** Of the call that it is, or answers. */
  call: string
}

export interface FaultProxyOptions {
  /** Where it listens, and where the node does. */
  socketPath: string
  target: string
  /** Asked for each message, once. */
  faultFor(message: Passing): FaultKind | undefined
  /** How long what is delayed, late or reordered takes. */
  delayMs: number
  /** Told before a request of the wallet reaches the node for the first time. */
  onRequest?(call: string): void
}

/** Stands between a wallet and the simulated network, message by message. */
export async function openFaultProxy(options: FaultProxyOptions): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((wallet) => {
    const node = connect(options.target)
    for (const socket of [wallet, node]) {
      sockets.add(socket)
      socket.setEncoding('utf8')
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    const calls = new Map<number, string>()
    const cut = () => wallet.destroy()
    const toNode = channel(node, cut, options, (line) => {
      const { id, name } = JSON.parse(line) as { id: number; name?: string }
      calls.set(id, name ?? 'other')
      options.onRequest?.(name ?? 'other')
      return { from: 'wallet', call: name ?? 'other' }
    })
    const toWallet = channel(wallet, cut, options, (line) => {
      const { id } = JSON.parse(line) as { id?: number }
      return { from: 'node', call: id === undefined ? 'event' : (calls.get(id) ?? 'other') }
    })
    wallet.on('data', toNode.take)
    node.on('data', toWallet.take)
    // what was late still has to reach the node, as from a buffer on the way
    wallet.on('close', () => void toNode.done().then(() => node.destroy()))
    node.on('close', cut)
  })
  server.listen(options.socketPath)
  await once(server, 'listening')
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** One direction of a connection. */
function channel(
  to: Socket,
  cut: () => void,
  { faultFor, delayMs }: FaultProxyOptions,
  read: (line: string) => Passing,
) {
  let rest = ''
  let order = Promise.resolve()
  let heldBack: string | undefined
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, delayMs))
  const write = (text: string) => {
    if (!to.destroyed) to.write(text)
  }
  const pass = (line: string) => {
    write(`${line}\n`)
    if (heldBack === undefined) return
    write(`${heldBack}\n`)
    heldBack = undefined
  }
  const carry = async (line: string): Promise<void> => {
    switch (faultFor(read(line))) {
      case 'delay':
        await pause()
        return pass(line)
      case 'lose':
        return
      case 'cut-before':
        return cut()
      case 'cut-after':
        pass(line)
        // it has arrived once the other side has had a turn
        await new Promise((resolve) => setTimeout(resolve, 5))
        return cut()
      case 'late':
        cut()
        await pause()
        return pass(line)
      case 'duplicate':
        pass(line)
        return pass(line)
      case 'reorder':
        heldBack = line
        setTimeout(() => {
          if (heldBack === line) pass('')
        }, delayMs)
        return
      case 'garble':
        return pass(`${line.slice(0, line.length / 2)}\u0000}{${line.slice(line.length / 2)}`)
      case 'truncate':
        write(line.slice(0, line.length / 2))
        return cut()
      default:
        return pass(line)
    }
  }
  return {
    take(chunk: string) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) order = order.then(() => carry(line))
    },
    done: () => order,
  }
}
