import { wrapBackend } from '@lightning-mcp/layers'
import { type BrokenBackend, everyPayment } from '../broken-backend.ts'

export const tellsMilliseconds: BrokenBackend = {
  name: 'tells-milliseconds',
  wrong: 'hands on times of payments in milliseconds',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      call: everyPayment(({ createdAt, settledAt, ...payment }) => ({
        ...payment,
        createdAt: (createdAt ?? 0) * 1000,
        ...(settledAt === undefined ? {} : { settledAt: settledAt * 1000 }),
      })),
    }),
  fails: ['timestamps-in-seconds'],
}
