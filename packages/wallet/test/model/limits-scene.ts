import { generateOwnerKey } from '../../src/owner/owner-key.ts'
import { signPolicy } from '../../src/policy/signed-policy.ts'
import { type TestInvoice, testInvoice } from '../support/invoices.ts'
import { START_MS } from '../support/test-clock.ts'
import type { Charge, ReferenceTree } from './reference.ts'

export const ACCOUNTS = ['alice', 'bob'] as const
export const BUDGET = 'coffee'
/** Two of the same account, and one of another. */
export const PROCESSES = [
  ['alice', 0],
  ['alice', 1],
  ['bob', 0],
] as const
/** What the node takes for every payment. */
export const FEE_MSAT = 700n

const OWNER = generateOwnerKey()
export const OWNER_KEY = OWNER.publicKey

/** Limits in sats, as an owner writes them. */
export interface PlayLimits {
  server: { maxPerDaySats: number }
  alice: { maxPaymentSats: number; maxPerHourSats: number; maxPaymentsPerMinute: number }
  bob: { maxPerDaySats: number; maxLifetimeSats: number }
  budget: { maxPerHourSats: number }
  /** What alice's tracked account is given; bob's is the node. */
  credited: number
}

export interface Asked {
  account: (typeof ACCOUNTS)[number]
  /** In sats. */
  amount: number
  maxFee: number
  budget: boolean
}

export const inMsat = (sats: number): bigint => BigInt(sats) * 1_000n

/** The owner's policy file. */
export function signedPolicy({ server, alice, bob, budget }: PlayLimits): string {
  const ample = { maxFeeSats: 1_000, maxPaymentSats: 1_000_000 }
  const accounts = {
    alice: { ...ample, ...alice, budgets: { [BUDGET]: budget } },
    bob: { ...ample, ...bob },
  }
  return signPolicy({ version: 1, server, accounts }, OWNER)
}

/** The same as the reference knows it. */
export const treeOf = ({ server, alice, bob, budget }: PlayLimits): ReferenceTree => ({
  server: { perDayMsat: inMsat(server.maxPerDaySats) },
  'account:alice': {
    maxPaymentMsat: inMsat(alice.maxPaymentSats),
    perHourMsat: inMsat(alice.maxPerHourSats),
    perMinute: alice.maxPaymentsPerMinute,
  },
  [`account:alice/budget:${BUDGET}`]: { perHourMsat: inMsat(budget.maxPerHourSats) },
  'account:bob': {
    perDayMsat: inMsat(bob.maxPerDaySats),
    lifetimeMsat: inMsat(bob.maxLifetimeSats),
  },
})

export function chargeOf({ account, amount, maxFee, budget }: Asked, atMs: number): Charge {
  const scopes = ['server', `account:${account}`]
  if (budget && account === 'alice') scopes.push(`account:alice/budget:${BUDGET}`)
  const charge = { scopes, atMs, amountMsat: inMsat(amount), maxFeeMsat: inMsat(maxFee) }
  return { ...charge, heldMsat: charge.amountMsat + charge.maxFeeMsat }
}

/** Signing takes longer than all else: every play uses the same ones, which never expire. */
const POOL = new Map<string, TestInvoice>()

export function pooledInvoice(amount: number, index: number): TestInvoice {
  const key = `${amount} ${index}`
  const invoice =
    POOL.get(key) ??
    testInvoice({ nowMs: START_MS, amountMsat: inMsat(amount), expirySeconds: 2_000_000_000 })
  POOL.set(key, invoice)
  return invoice
}
