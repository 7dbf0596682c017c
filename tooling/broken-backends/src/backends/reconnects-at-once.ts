import type { BrokenBackend } from '../broken-backend.ts'

/** Shorter each time, so that no busy machine makes them grow. */
const PAUSES_MS = [400, 300, 200]
const LAST_PAUSE_MS = 150

export const reconnectsAtOnce: BrokenBackend = {
  name: 'reconnects-at-once',
  wrong: 'tries to reconnect without growing pauses',
  breakage: (wallet, { connection }) => {
    connection.streams.pauseMs = (tries) => PAUSES_MS[tries] ?? LAST_PAUSE_MS
    return wallet
  },
  fails: ['reconnect-with-backoff'],
}
