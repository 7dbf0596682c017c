import type { PaymentHash } from '@lightning-mcp/core'

/** Which payment of which wallet. */
export interface GuardKey {
  /** Kind, network and id of the wallet, joined. */
  wallet: string
  paymentHash: PaymentHash
}

/** `open`: sent, or about to be, and not known to be over. `failed`: proven; the hash may be claimed again. */
export type GuardState = 'open' | 'settled' | 'failed'

/** What is kept of a payment. `attempt` counts from 1. */
export interface GuardRecord {
  attempt: number
  state: GuardState
}

/**
 * Remembers what was sent. Must be durable before it answers, and atomic between all who use it: of
 * two that claim the same attempt, one wins.
 */
export interface DuplicateGuardStore {
  /** The latest attempt. */
  get(key: GuardKey): Promise<GuardRecord | undefined>
  /** Makes an attempt, `open`, unless it was made before: then `false`. */
  claim(key: GuardKey, attempt: number): Promise<boolean>
  /** Says what became of an attempt. */
  finish(key: GuardKey, attempt: number, state: 'settled' | 'failed'): Promise<void>
}

/** Forgets everything with the process: for tests, and where nothing outlives the process anyway. */
export function createMemoryDuplicateGuardStore(): DuplicateGuardStore {
  const records = new Map<string, GuardRecord>()
  const name = ({ wallet, paymentHash }: GuardKey): string => `${wallet} ${paymentHash}`
  return {
    get: async (key) => records.get(name(key)),
    async claim(key, attempt) {
      if ((records.get(name(key))?.attempt ?? 0) >= attempt) return false
      records.set(name(key), { attempt, state: 'open' })
      return true
    },
    async finish(key, attempt, state) {
      if (records.get(name(key))?.attempt === attempt) records.set(name(key), { attempt, state })
    },
  }
}
