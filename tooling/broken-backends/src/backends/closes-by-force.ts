import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

export const closesByForce: BrokenBackend = {
  name: 'closes-by-force',
  wrong: 'closes by force where a cooperative close was asked for',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: ({ operation, request }, next) =>
        operation === 'channels.close' ? next({ ...request, mode: 'force' }) : next(),
    }),
  fails: ['close-coop-vs-force-explicit'],
}
