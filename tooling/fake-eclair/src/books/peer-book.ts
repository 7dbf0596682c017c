import { createHash } from 'node:crypto'
import type { JsonObject } from '../json.ts'

/** Addresses of other nodes and connections that were ended: the engine knows neither. */
export class PeerBook {
  readonly #ports = new Map<string, number>()
  readonly #disconnected = new Set<string>()

  /** Where a node of the network listens; made up, and always the same. */
  addressOf(nodeId: string): string {
    const known = this.#ports.get(nodeId)
    const port = known ?? 19_741 + this.#ports.size
    this.#ports.set(nodeId, port)
    return `127.0.0.1:${port}`
  }

  isDisconnected(nodeId: string): boolean {
    return this.#disconnected.has(nodeId)
  }

  connected(nodeId: string): void {
    this.#disconnected.delete(nodeId)
  }

  disconnected(nodeId: string): void {
    this.#disconnected.add(nodeId)
  }

  aliasesOf(channelId: string): JsonObject {
    const alias = (label: string): string =>
      `0x${createHash('sha256').update(`${label}/${channelId}`).digest('hex').slice(0, 15).replace(/^0/, '1')}`
    return { localAlias: alias('local'), remoteAlias: alias('remote') }
  }
}
