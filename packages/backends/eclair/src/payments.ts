import { assertPayable } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  LightningError,
  type Msat,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { EclairClient, Form } from './client.ts'
import { type Followed, followPayment, lookTwice } from './follow-payment.ts'
import type { ProcessMemory } from './process-memory.ts'
import type { RawSentPart } from './schemas.ts'
import { beforeSending, sendOnce } from './send-once.ts'
import { standingOf, toPayment } from './sent-payments.ts'

/** Eclair answers a payment's id before it looks for a route. */
const DISPATCH_TIMEOUT_MS = 30_000
const DEFAULT_TIMEOUT_SECONDS = 60
/** How long a request whose reply was lost may still turn up, so that nothing found now is no proof. */
const DOUBT_MS = 30_000
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What a request to pay came to. */
export type Dispatched =
  /** Eclair took it, under this id. */
  | { kind: 'started'; id: string }
  /** It may have reached Eclair: only a look-up can tell. */
  | { kind: 'doubt' }

interface SendSettings {
  /** Parents of earlier payments with the hash, all failed. */
  known: ReadonlySet<string>
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Node and hash: a second connection of this process to the same node is bound as well. */
type SendingKey = `${string} ${PaymentHash}`

/** A request that may have been lost. */
interface Doubt {
  /** Up to which moment it may still turn up. */
  until: number
  /** Parents of earlier payments: none of them is it. */
  known: ReadonlySet<string>
}

const sending = new Set<SendingKey>()
const doubtful = new Map<SendingKey, Doubt>()

/** Whether a request that may have been lost may still turn up, so that these parts are not all there will be. */
function inDoubt(key: SendingKey, parts: readonly RawSentPart[]): boolean {
  const doubt = doubtful.get(key)
  return (
    doubt !== undefined &&
    doubt.until > performance.now() &&
    parts.every(({ parentId }) => doubt.known.has(parentId))
  )
}

/**
 * Payments. Eclair itself pays the same invoice as often as it is asked: so every hash is looked up
 * first, is sent by one call at a time, and is never sent again while it is in doubt.
 */
export class EclairPayments {
  readonly #client: EclairClient
  readonly #memory: ProcessMemory

  constructor(client: EclairClient, memory: ProcessMemory) {
    this.#client = client
    this.#memory = memory
  }

  /** Until Eclair may have the request everything is thrown, with `sent: 'no'`; after that every doubt is looked up, else `unknown`. */
  async payInvoice(
    request: PayInvoiceRequest,
    { network, id: ownId }: BackendProfile['identity'],
    now: number,
  ): Promise<Payment> {
    refuseUnsupported(request)
    const { decoded } = assertPayable(
      {
        invoice: request.invoice,
        ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
      },
      { network, nowSeconds: now },
    )
    if (decoded.payee === ownId)
      throw new LightningError({
        code: 'self_payment',
        message: 'the invoice is one of this node itself, which Eclair cannot pay',
        hint: 'Give the invoice to somebody else to pay.',
      })
    const timeoutMs = checkTimeout(request.timeoutSeconds)
    const form: Form = {
      invoice: decoded.invoice,
      // Eclair takes an amount for a fixed invoice as well and would overpay: only where there is none
      ...(decoded.amountMsat === undefined ? { amountMsat: request.amountMsat } : {}),
      ...feeLimit(request.maxFeeMsat),
    }
    const hash = decoded.paymentHash
    const key: SendingKey = `${ownId} ${hash}`
    if (sending.has(key)) throw refusedAsSecond('pending')
    sending.add(key)
    try {
      const known = await this.#refuseSecond(key, hash, request.signal)
      return await this.#send(key, hash, form, { known, timeoutMs, signal: request.signal })
    } finally {
      sending.delete(key)
    }
  }

  /** Answers the parents of earlier payments with this hash, all failed; throws where one is not. */
  async #refuseSecond(
    key: SendingKey,
    hash: PaymentHash,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<string>> {
    try {
      const parts = await lookTwice(this.#client, { paymentHash: hash }, signal)
      const standing = standingOf(parts)
      if (standing === 'sent' || standing === 'pending') throw refusedAsSecond(standing)
      if (inDoubt(key, parts)) throw refusedAsSecond('pending')
      return new Set(parts.map(({ parentId }) => parentId))
    } catch (error) {
      throw beforeSending(error, signal)
    }
  }

  async #send(
    key: SendingKey,
    hash: PaymentHash,
    form: Form,
    { known, timeoutMs, signal }: SendSettings,
  ): Promise<Payment> {
    this.#memory.notePayment(hash)
    setDoubt(key, known)
    let dispatched: Dispatched
    try {
      dispatched = await dispatchPayment(this.#client, 'payinvoice', form, signal)
    } catch (error) {
      doubtful.delete(key)
      throw error
    }
    const followed: Followed =
      dispatched.kind === 'started' ? { id: dispatched.id, hash } : { hash, unlike: known }
    const payment = await followPayment(this.#client, followed, { timeoutMs, signal })
    if (payment !== undefined && payment.status !== 'unknown') doubtful.delete(key)
    return payment ?? { paymentHash: hash, status: 'unknown' }
  }

  /**
   * `undefined`: Eclair has no record now, which proves nothing by itself; while a request of this process
   * may still turn up, not even that is said. A failure is only told when seen twice.
   */
  async lookup(
    key: { paymentHash: PaymentHash } | { id: string },
    ownId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Payment | undefined> {
    const parts = await lookTwice(this.#client, key, signal)
    const standing = standingOf(parts)
    const open = standing === 'none' || standing === 'failed'
    if (open && 'paymentHash' in key && inDoubt(`${ownId ?? ''} ${key.paymentHash}`, parts))
      return { paymentHash: key.paymentHash, status: 'unknown' }
    return toPayment(parts)
  }
}

function setDoubt(key: SendingKey, known: ReadonlySet<string>): void {
  const now = performance.now()
  for (const [old, { until }] of doubtful) if (until <= now) doubtful.delete(old)
  doubtful.set(key, { until: now + DOUBT_MS, known })
}

/**
 * Pays what has no hash before Eclair chooses one: a keysend payment or an offer. Without an answer that
 * names the payment nobody can look it up: that is thrown as `outcome_unknown`.
 */
export async function payByMethod(
  client: EclairClient,
  method: 'sendtonode' | 'payoffer',
  form: Form,
  {
    timeoutMs,
    signal,
    memory,
  }: { timeoutMs: number; signal: AbortSignal | undefined; memory: ProcessMemory },
): Promise<Payment> {
  const dispatched = await dispatchPayment(client, method, form, signal)
  const payment =
    dispatched.kind === 'started'
      ? await followPayment(client, { id: dispatched.id }, { timeoutMs, signal })
      : undefined
  if (payment === undefined)
    throw new LightningError({
      code: 'outcome_unknown',
      message: 'Eclair may be paying, and has not told under which hash',
      hint: 'Look through the history before anything is paid again.',
    })
  memory.notePayment(payment.paymentHash)
  return payment
}

/**
 * Eclair lets a route pass if either of two limits holds, and each has a generous default: so the share
 * is zero, and the flat limit is what was allowed, in whole sats and never rounded up.
 */
export function feeLimit(maxFeeMsat: Msat): Form {
  if (typeof maxFeeMsat !== 'bigint' || maxFeeMsat < 0n)
    throw new LightningError({
      code: 'invalid_request',
      message: 'a payment needs a fee limit of zero or more',
      hint: 'Give the most that may be paid on top.',
    })
  return { maxFeeFlatSat: maxFeeMsat / 1000n, maxFeePct: 0 }
}

export function checkTimeout(timeoutSeconds = DEFAULT_TIMEOUT_SECONDS): number {
  if (Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 86_400)
    return timeoutSeconds * 1000
  throw new LightningError({
    code: 'invalid_request',
    message: 'the time-out is not a whole number of seconds from 1 to 86400',
    hint: 'Leave it out for 60 seconds.',
  })
}

function refuseUnsupported(request: PayInvoiceRequest): void {
  const given = (['maxParts', 'outgoingChannels', 'lastHop'] as const).find(
    (name) => request[name] !== undefined,
  )
  if (given === undefined && request.allowSelfPayment !== true) return
  throw new LightningError({
    code: 'unsupported',
    message: `Eclair takes no ${given ?? 'allowSelfPayment'}`,
    hint: 'Leave it out.',
  })
}

/** Asks Eclair to pay, without waiting for the outcome. Any answer but an id is a doubt. */
export async function dispatchPayment(
  client: EclairClient,
  method: 'payinvoice' | 'sendtonode' | 'payoffer',
  form: Form,
  signal: AbortSignal | undefined,
): Promise<Dispatched> {
  const sent = await sendOnce(client, method, form, { signal, timeoutMs: DISPATCH_TIMEOUT_MS })
  return sent.kind === 'answered' && typeof sent.answer === 'string' && UUID.test(sent.answer)
    ? { kind: 'started', id: sent.answer }
    : { kind: 'doubt' }
}

const refusedAsSecond = (earlier: 'sent' | 'pending'): LightningError =>
  new LightningError({
    code: earlier === 'sent' ? 'already_paid' : 'in_progress',
    message:
      earlier === 'sent' ? 'Eclair has already paid this invoice' : 'Eclair is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
    // by this call, which sent nothing
    sent: 'no',
  })
