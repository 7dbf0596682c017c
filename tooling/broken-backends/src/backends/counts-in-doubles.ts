import { type Balance, msat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import type { BrokenBackend } from '../broken-backend.ts'

const asDouble = (amountMsat: bigint | undefined) => msat(BigInt(Number(amountMsat ?? 0n)))

export const countsInDoubles: BrokenBackend = {
  name: 'counts-in-doubles',
  wrong: 'reads amounts as JSON numbers',
  breakage: (wallet) =>
    wrapBackend(wallet, {
      async call({ operation }, next) {
        const answer = await next()
        if (operation !== 'getBalance') return answer
        const { spendableMsat, channelsMsat, ...balance } = answer as Balance
        return {
          ...balance,
          spendableMsat: asDouble(spendableMsat),
          channelsMsat: asDouble(channelsMsat),
        }
      },
    }),
  fails: ['balance-above-2^53-msat'],
}
