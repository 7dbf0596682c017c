import type { SimulatedNetwork } from './simulated-network.ts'

/** What can be done to a network besides what its wallets do; the same over the socket. */
export const NETWORK_CONTROLS = [
  'mineBlocks',
  'giveCoins',
  'setPeerOnline',
  'setLatency',
  'holdNextHtlc',
  'releaseHeldHtlcs',
  'payOtherAmount',
  'settleHoldInvoice',
  'audit',
] as const satisfies readonly (keyof SimulatedNetwork)[]

export type NetworkControl = (typeof NETWORK_CONTROLS)[number]
