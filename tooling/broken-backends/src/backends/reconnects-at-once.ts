import type { BrokenBackend } from '../broken-backend.ts'

const FIRST_PAUSE_MS = 300
const LATER_PAUSE_MS = 10

export const reconnectsAtOnce: BrokenBackend = {
  name: 'reconnects-at-once',
  wrong: 'tries to reconnect without growing pauses',
  breakage: (wallet, { connection }) => {
    connection.streams.pauseMs = (tries) => (tries < 2 ? FIRST_PAUSE_MS : LATER_PAUSE_MS)
    return wallet
  },
  fails: ['reconnect-with-backoff'],
}
