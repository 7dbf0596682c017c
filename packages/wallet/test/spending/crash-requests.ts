import { msat, sat } from '@lightning-mcp/core'
import type { SpendRequest } from '../../src/spending/spend-request.ts'

export const CRASH_LEASE_SECONDS = 1

/** Two with a hash, and two that nothing proves to be unsent. */
export const crashRequests = (peer: string, address: string, offer: string) =>
  ({
    keysend: { kind: 'keysend', payee: peer, amountMsat: msat(5_000_000n) },
    offer: { kind: 'offer', offer, amountMsat: msat(5_000_000n) },
    onchain: { kind: 'onchain', address, amountSat: sat(100_000n) },
    'channel-open': { kind: 'channel-open', peer, capacitySat: sat(200_000n) },
  }) as const satisfies Record<string, SpendRequest>
