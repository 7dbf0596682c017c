import type { LightningEvent } from '@lightning-mcp/core'

/** Tells each node's listeners what happened to that node. Events wait until the change is stored. */
export class EventHub {
  readonly #listeners = new Map<string, Set<(event: LightningEvent) => void>>()
  #waiting: { node: string; event: LightningEvent }[] = []

  add(node: string, event: LightningEvent): void {
    if (this.#listeners.has(node)) this.#waiting.push({ node, event })
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const { node, event } of waiting)
      for (const listener of this.#listeners.get(node) ?? []) listener(event)
  }

  subscribe(node: string, listener: (event: LightningEvent) => void): () => void {
    const listeners = this.#listeners.get(node) ?? new Set()
    this.#listeners.set(node, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(node) === listeners) this.#listeners.delete(node)
    }
  }
}
