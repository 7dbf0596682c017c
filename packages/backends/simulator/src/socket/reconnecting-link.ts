import type { LightningEvent } from '@lightning-mcp/core'
import type { WalletLink } from '../service/wallet-service.ts'

/** A link that tells when it is of no more use. */
export interface BreakableLink extends WalletLink {
  readonly over: Promise<void>
}

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 5_000

/**
 * A link over links that break: a call takes the present one or opens the next. While anybody
 * listens, the next is opened at once, with growing delays, and a `gap` tells what was missed.
 */
export function createReconnectingLink(openLink: () => Promise<BreakableLink>): WalletLink {
  const listeners = new Set<(event: LightningEvent) => void>()
  const subscribed = new WeakSet<BreakableLink>()
  let present: Promise<BreakableLink> | undefined
  let reconnecting = false
  let closed = false
  let stopWaiting: (() => void) | undefined

  const tell = (event: LightningEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const listen = (link: BreakableLink): void => {
    if (listeners.size === 0 || subscribed.has(link)) return
    subscribed.add(link)
    link.subscribe(tell)
  }
  const onOver = (link: Promise<BreakableLink>): void => {
    if (present === link) present = undefined
    if (listeners.size > 0) void reconnect()
  }
  const link = (): Promise<BreakableLink> => {
    if (present !== undefined) return present
    const opening = openLink()
    present = opening
    opening.then(
      (opened) => {
        if (closed) void opened.close()
        listen(opened)
        void opened.over.then(() => onOver(opening))
      },
      () => {
        if (present === opening) present = undefined
      },
    )
    return opening
  }
  const reconnect = async (): Promise<void> => {
    if (reconnecting) return
    reconnecting = true
    for (let delayMs = FIRST_DELAY_MS; !closed && listeners.size > 0; delayMs *= 2) {
      const opened = await link().catch(() => undefined)
      if (opened !== undefined) {
        tell({ type: 'gap' })
        break
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(delayMs, LONGEST_DELAY_MS))
        stopWaiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    reconnecting = false
  }
  return {
    call: (name, ...request) => link().then((opened) => opened.call(name, ...request)),
    subscribe(onEvent) {
      listeners.add(onEvent)
      link().then(listen, () => reconnect())
      return () => listeners.delete(onEvent)
    },
    async close() {
      closed = true
      listeners.clear()
      stopWaiting?.()
      const opened = await present?.catch(() => undefined)
      await opened?.close()
    },
  }
}
