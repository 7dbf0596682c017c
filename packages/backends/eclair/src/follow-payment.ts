import { setTimeout as delay } from 'node:timers/promises'
import type { Payment, PaymentHash } from '@lightning-mcp/core'
import type { CallSettings, EclairClient } from './client.ts'
import type { RawSentPart } from './schemas.ts'
import { readSentParts, standingOf, toPayment } from './sent-payments.ts'

/**
 * Between the two looks that make a failure one: Eclair reads its records first and asks for payments
 * under way afterwards, so that a payment which ends in between looks failed once.
 */
const SECOND_LOOK_MS = 150
const FIRST_PAUSE_MS = 3
const LONGEST_PAUSE_MS = 1_000
/** A look-up answers from Eclair's database at once, or not at all. */
const LOOK_TIMEOUT_MS = 15_000
/** How long a payment that was sent is waited for to have its last part settled, so that its fee is final. */
const FINAL_FEE_MS = 2_000
/** How long a request whose reply was lost is looked for. */
const DOUBT_PATIENCE_MS = 2_000

/** What is looked for: a payment by the id that Eclair answered, or one with this hash and none of the known parents. */
export type Followed = { id: string; hash?: PaymentHash } | { hash: PaymentHash; unlike: ReadonlySet<string> }

export async function lookUpParts(
  client: EclairClient,
  key: { paymentHash: PaymentHash } | { id: string } | { offer: string },
  settings: CallSettings,
): Promise<readonly RawSentPart[]> {
  const answer = await client.call('getsentinfo', key, { timeoutMs: LOOK_TIMEOUT_MS, ...settings })
  return readSentParts(answer, 'paymentHash' in key ? key.paymentHash : undefined)
}

/** A failure is only one when it is seen twice. */
export async function lookTwice(
  client: EclairClient,
  key: Parameters<typeof lookUpParts>[1],
  signal: AbortSignal | undefined,
): Promise<readonly RawSentPart[]> {
  const parts = await lookUpParts(client, key, { signal })
  if (standingOf(parts) !== 'failed') return parts
  await delay(SECOND_LOOK_MS, undefined, { signal }).catch(() => signal?.throwIfAborted())
  return lookUpParts(client, key, { signal })
}

/**
 * Looks at a payment until it has ended, patience has, or the caller has gone. Never throws: `undefined`
 * and `unknown` where Eclair could not tell.
 */
export async function followPayment(
  client: EclairClient,
  followed: Followed,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Payment | undefined> {
  const started = performance.now()
  const patience = 'id' in followed ? timeoutMs : Math.min(timeoutMs, DOUBT_PATIENCE_MS)
  let pauseMs = FIRST_PAUSE_MS
  let { breaks } = client
  let last: Payment | undefined
  for (let final = false; ; ) {
    const looked = await look(client, followed, signal)
    if (signal?.aborted || looked === undefined) return last && notSure(last)
    const { payment, ended } = looked
    last = payment
    const waited = performance.now() - started
    if (ended || final) return payment
    if (payment === undefined && waited >= patience) return undefined
    if (payment?.status === 'settled' && waited >= FINAL_FEE_MS) return payment
    if (waited >= timeoutMs) return last
    // a broken connection may mean that Eclair restarted: one more look, and no long wait for what it forgot
    final = client.breaks !== breaks
    breaks = client.breaks
    if (final) continue
    await delay(Math.min(pauseMs, Math.max(1, timeoutMs - waited)), undefined, { signal }).catch(() => {})
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.8)
  }
}

const notSure = ({ paymentHash, backendId }: Payment): Payment => ({
  paymentHash,
  status: 'unknown',
  ...(backendId === undefined ? {} : { backendId }),
})

interface Looked {
  payment: Payment | undefined
  /** Nothing can change any more. */
  ended: boolean
}

/** One look; `undefined` where Eclair did not answer, twice. */
async function look(
  client: EclairClient,
  followed: Followed,
  signal: AbortSignal | undefined,
): Promise<Looked | undefined> {
  const read = () => readOnce(client, followed, signal)
  try {
    return await read().catch((error: unknown) => {
      if (signal?.aborted) throw error
      return read()
    })
  } catch {
    return undefined
  }
}

async function readOnce(
  client: EclairClient,
  followed: Followed,
  signal: AbortSignal | undefined,
): Promise<Looked> {
  const parts = await ownParts(client, followed, signal)
  const payment = toPayment(parts)
  if (standingOf(parts) !== 'failed')
    return {
      payment,
      ended: payment?.status === 'unknown' || (payment?.status === 'settled' && !payment.feeProvisional),
    }
  await delay(SECOND_LOOK_MS, undefined, { signal })
  // the second look is for the hash: a failure of this payment is one only if no other moves money under it
  const hash = payment!.paymentHash
  const all = await lookUpParts(client, { paymentHash: hash }, { signal })
  const again = 'id' in followed ? all : all.filter(({ parentId }) => !followed.unlike.has(parentId))
  const second = toPayment(again)
  const standing = standingOf(again)
  if (standing === 'failed') return { payment: toPayment(ofParents(again, parts)) ?? second, ended: true }
  // a record that has gone: nothing is proven
  if (standing === 'none') return { payment: undefined, ended: false }
  return { payment: second, ended: standing === 'sent' && second?.feeProvisional !== true }
}

async function ownParts(
  client: EclairClient,
  followed: Followed,
  signal: AbortSignal | undefined,
): Promise<readonly RawSentPart[]> {
  if ('id' in followed) {
    const parts = await lookUpParts(client, { id: followed.id }, { signal })
    // an answer about another payment is none
    return followed.hash === undefined ? parts : parts.filter((part) => part.paymentHash === followed.hash)
  }
  const parts = await lookUpParts(client, { paymentHash: followed.hash }, { signal })
  return parts.filter(({ parentId }) => !followed.unlike.has(parentId))
}

const ofParents = (all: readonly RawSentPart[], own: readonly RawSentPart[]): readonly RawSentPart[] => {
  const parents = new Set(own.map(({ parentId }) => parentId))
  return all.filter(({ parentId }) => parents.has(parentId))
}
