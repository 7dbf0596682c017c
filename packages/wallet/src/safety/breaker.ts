import { LightningError } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import type { Outcome } from '../intents/outcome.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import { afterFailure, type Breaker, type BreakerRule, passage, TRIAL_MS } from './breaker-state.ts'
import type { Spend, SpendingGate } from './gates.ts'

const MINUTE_MS = 60_000

/** Which failures speak of the recipient, and which of the node or service that sends. */
export type Fault = 'destination' | 'backend' | 'none'

/** When payments to one recipient, those of one account, and when all of them, are held back. */
export const BREAKER_RULES: Readonly<Record<'destination' | 'account' | 'backend', BreakerRule>> = {
  destination: {
    failures: 5,
    withinMs: 10 * MINUTE_MS,
    firstPauseMs: MINUTE_MS,
    longestPauseMs: 60 * MINUTE_MS,
  },
  // whatever they failed of: each costs records that are kept for ever, and nothing else
  account: {
    failures: 300,
    withinMs: 10 * MINUTE_MS,
    firstPauseMs: MINUTE_MS / 2,
    longestPauseMs: 5 * MINUTE_MS,
  },
  backend: {
    failures: 20,
    withinMs: 5 * MINUTE_MS,
    firstPauseMs: MINUTE_MS / 2,
    longestPauseMs: 15 * MINUTE_MS,
  },
}

/** What a failure speaks of where its outcome does not say. What an agent can mend by paying less speaks of neither. */
const FAULTS: Readonly<Record<string, Fault>> = {
  no_route: 'destination',
  fee_limit_exceeded: 'destination',
  timeout: 'destination',
  recipient_rejected: 'destination',
  other: 'destination',
  insufficient_balance: 'none',
  invoice_expired: 'none',
  canceled: 'none',
}

type Subject = Pick<Spend, 'account' | 'identity' | 'kind' | 'destination' | 'payee'>

/** The breakers that stand before a payment. One account's failures hold back nobody else's payments. */
const scopesOf = ({ account, identity, kind, destination, payee }: Subject) => ({
  backend: `backend:${identity.kind}:${identity.network}:${identity.id}`,
  account: `account:${account}`,
  destination: ['invoice', 'minted', 'keysend', 'offer'].includes(kind)
    ? // several users of one service share its node, so an address counts for itself
      `destination:${account}:${kind === 'minted' || kind === 'offer' ? destination : (payee ?? destination)}`
    : undefined,
})

const subjectOf = (intent: Intent): Subject => ({
  ...intent,
  identity: { kind: intent.backendKind, network: intent.backendNetwork, id: intent.backendId },
})

/** Holds back what has failed too often of late, so that no loop burns fees or piles up payments nobody can tell of. */
export const breakerGate: SpendingGate = {
  name: 'breaker',
  async check(store, spend) {
    const scopes = scopesOf(spend)
    const trials: Breaker[] = []
    for (const breaker of await store.breakers(named(scopes))) {
      const may = passage(breaker, spend.nowMs)
      if (may.pass === 'no')
        throw heldBack(
          breaker,
          WHOSE.find((whose) => scopes[whose] === breaker.scope),
          may.untilMs,
        )
      if (may.pass === 'as-trial') trials.push(breaker)
    }
    if (trials.length === 0) return undefined
    return async (writer, paymentId) => {
      const trial = { trialId: paymentId, trialUntilMs: spend.nowMs + TRIAL_MS }
      for (const breaker of trials) await writer.putBreaker({ ...breaker, ...trial })
    }
  },
}

/** Counts what became of one attempt, in the transaction that writes it down. */
export async function noteOutcome(
  store: StoreWriter,
  intent: Intent,
  { state, change, fault = FAULTS[change.failureReason ?? ''] ?? 'none' }: Outcome,
  nowMs: number,
): Promise<void> {
  const scopes = scopesOf(subjectOf(intent))
  if (state === 'settled') return store.deleteBreakers(named(scopes))
  if (state === 'failed') await count(store, scopes.account, 'account', intent, nowMs)
  const scope = fault === 'none' ? undefined : scopes[fault]
  if (fault !== 'none' && scope !== undefined) await count(store, scope, fault, intent, nowMs)
}

/** Counts a payment for which no invoice could be had. It was nobody's trial, so the first after a pause counts as one. */
export async function noteUnmade(store: StoreWriter, intent: Intent, nowMs: number): Promise<void> {
  const scope = scopesOf(subjectOf(intent)).account
  const [breaker] = await store.breakers([scope])
  const isTrial = breaker !== undefined && breaker.level > 0 && nowMs >= breaker.openUntilMs
  const known = isTrial ? { ...breaker, trialId: intent.paymentId } : (breaker ?? { scope })
  await store.putBreaker(afterFailure(known, intent.paymentId, BREAKER_RULES.account, nowMs))
}

async function count(
  store: StoreWriter,
  scope: string,
  whose: keyof typeof BREAKER_RULES,
  { paymentId }: Intent,
  nowMs: number,
): Promise<void> {
  const [breaker] = await store.breakers([scope])
  await store.putBreaker(afterFailure(breaker ?? { scope }, paymentId, BREAKER_RULES[whose], nowMs))
}

/** One breaker as an owner sees it. */
export interface BreakerView {
  /** `backend:…`, `account:<account>` or `destination:<account>:<node or address>`; names it for {@link resetBreakers}. */
  scope: string
  state: 'counting' | 'open' | 'trial'
  failures: number
  /** When a payment is let through again, to try. */
  openUntilMs?: number
}

/** Breakers that are open or counting. */
export const listBreakers = async (
  store: { read<T>(work: (reader: StoreReader) => Promise<T>): Promise<T> },
  nowMs = Date.now(),
): Promise<readonly BreakerView[]> =>
  (await store.read((reader) => reader.allBreakers())).map((breaker) => {
    const { pass } = passage(breaker, nowMs)
    const { scope, failuresMs, level, openUntilMs } = breaker
    return {
      scope,
      state: level === 0 ? 'counting' : pass === 'no' && nowMs < openUntilMs ? 'open' : 'trial',
      failures: failuresMs.length,
      ...(level === 0 ? {} : { openUntilMs }),
    }
  })

/** Closes the named breakers, or all: the owner knows that the cause is gone. */
export const resetBreakers = (
  store: { transaction<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> },
  scopes?: readonly string[],
): Promise<void> =>
  store.transaction(async (writer) =>
    writer.deleteBreakers(scopes ?? (await writer.allBreakers()).map(({ scope }) => scope)),
  )

const named = ({ backend, account, destination }: ReturnType<typeof scopesOf>): readonly string[] =>
  destination === undefined ? [backend, account] : [backend, account, destination]

const WHOSE = ['backend', 'account', 'destination'] as const

const HELD: Readonly<Record<(typeof WHOSE)[number], readonly [what: string, hint: string]>> = {
  backend: [
    'payments through this node',
    'Wait until then and try once. If it stays, the owner has to look at the node.',
  ],
  account: [
    'payments of this account',
    'Wait until then and try once. Do not go on trying what fails; tell the owner.',
  ],
  destination: [
    'payments to this recipient',
    'Wait until then and try once, or ask the recipient what is wrong. Other recipients can be paid.',
  ],
}

function heldBack(
  { failuresMs }: Breaker,
  whose: (typeof WHOSE)[number] = 'destination',
  untilMs: number,
): LightningError {
  const [what, hint] = HELD[whose]
  return new LightningError({
    code: 'unavailable',
    message: `the last ${failuresMs.length} ${what} failed within a short time, so none is sent before ${new Date(untilMs).toISOString()}; nothing was reserved`,
    hint,
    sent: 'no',
  })
}
