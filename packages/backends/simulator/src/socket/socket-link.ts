import type { WalletLink } from '../service/wallet-service.ts'
import { openConnection } from './network-connection.ts'
import type { BreakableLink } from './reconnecting-link.ts'

/** The way to a network behind a socket; over as soon as the connection breaks. */
export async function openSocketLink(options: { socketPath: string; node: string }): Promise<BreakableLink> {
  const { node } = options
  const connection = await openConnection(options.socketPath)
  const call = (name: string, ...request: readonly unknown[]): Promise<unknown> =>
    connection.ask({ do: 'call', node, name, request })
  return {
    call: call as WalletLink['call'],
    subscribe(onEvent) {
      let wanted = true
      connection.onEvent((event) => {
        if (wanted) onEvent(event)
      })
      connection.ask({ do: 'subscribe', node }).catch(() => undefined)
      return () => {
        wanted = false
      }
    },
    over: connection.over,
    async close() {
      connection.close()
      await connection.over
    },
  }
}
