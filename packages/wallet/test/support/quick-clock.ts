import type { LayerClock } from '@lightning-mcp/layers'
import type { Clock } from '../../src/clock.ts'

/** The time of this process, so many times as fast from now on; for a wallet and for the layers around its backend. */
export function quickClock(speed: number): { clock: Clock; layerClock: LayerClock } {
  const startMs = Date.now()
  const clock: Clock = {
    now: () => startMs + (Date.now() - startMs) * speed,
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs / speed)
      return () => clearTimeout(timer)
    },
  }
  const layerClock: LayerClock = {
    now: clock.now,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const cancel = clock.after(delayMs, () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
        const stop = () => {
          cancel()
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', stop, { once: true })
      }),
  }
  return { clock, layerClock }
}
