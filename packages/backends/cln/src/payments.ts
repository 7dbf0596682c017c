import { assertPayable } from '@lightning-mcp/codec'
import {
  type BackendProfile,
  clampSubMsat,
  LightningError,
  type PayInvoiceRequest,
  type Payment,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { Attempts } from './attempts.ts'
import type { ClnClient } from './client.ts'
import { failureReason, findErrorRule, mapClnError, redact } from './errors.ts'
import type { Method } from './methods.ts'
import { failure, type PaymentRecords, reduceRecords } from './parts.ts'
import type { RawPaid } from './schemas.ts'
import { provenPreimage, toList, toMsat, unreadable } from './to-core.ts'
import { type Params, RpcFault, WireFault } from './transport.ts'
import { unsent } from './unsent.ts'

/** Core Lightning's own default, said all the same. */
const DEFAULT_TIMEOUT_SECONDS = 60
/** How long after its last attempt Core Lightning is waited for: a held HTLC keeps its answer back for days. */
export const GRACE_MS = 2_000
/** A look-up answers from the database at once, or not at all. */
const LOOKUP_TIMEOUT_MS = 15_000

/** A spending call of Core Lightning's that answers like xpay. */
export interface Dispatch {
  method: Extract<Method, 'xpay' | 'pay' | 'xkeysend' | 'keysend'>
  params: Params
  timeoutSeconds: number
  /** Of an invoice; a keysend's comes with the answer. */
  hash: PaymentHash
}

export interface PayContext {
  client: ClnClient
  identity: BackendProfile['identity']
  /** Whether the node has xpay; else `pay`. */
  xpay: boolean
  attempts: Attempts
  now: number
}

/**
 * Pays an invoice. Until Core Lightning has the request everything is thrown; after that every doubt is
 * looked up in listsendpays and listpays and, where that does not help, `unknown`.
 */
export async function payInvoice(context: PayContext, request: PayInvoiceRequest): Promise<Payment> {
  const { client, identity, xpay, now } = context
  const { decoded } = assertPayable(
    {
      invoice: request.invoice,
      ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
    },
    { network: identity.network, nowSeconds: now },
  )
  if (decoded.payee === identity.id && request.allowSelfPayment !== true)
    throw new LightningError({
      code: 'self_payment',
      message: 'the invoice is one of this node itself',
      hint: 'Give the invoice to somebody else to pay.',
    })
  refuseUnsupported(request)
  const timeoutSeconds = checkTimeout(request.timeoutSeconds)
  const terms: Params = {
    amount_msat: request.amountMsat,
    // absolute; without it Core Lightning takes a share of the amount
    maxfee: checkFeeLimit(request.maxFeeMsat),
    retry_for: timeoutSeconds,
  }
  await readyToSend(client, request.signal)
  return dispatch(
    context,
    xpay
      ? {
          method: 'xpay',
          params: { invstring: decoded.invoice, ...terms },
          timeoutSeconds,
          hash: decoded.paymentHash,
        }
      : {
          method: 'pay',
          params: { bolt11: decoded.invoice, ...terms },
          timeoutSeconds,
          hash: decoded.paymentHash,
        },
    request.signal,
  )
}

function refuseUnsupported(request: PayInvoiceRequest): void {
  for (const name of ['maxParts', 'outgoingChannels', 'lastHop'] as const)
    if (request[name] !== undefined)
      throw new LightningError({
        code: 'unsupported',
        message: `Core Lightning chooses routes itself and takes no ${name}`,
        hint: 'Leave it out.',
      })
}

export function checkFeeLimit(maxFeeMsat: bigint): bigint {
  if (typeof maxFeeMsat === 'bigint' && maxFeeMsat >= 0n) return maxFeeMsat
  throw new LightningError({
    code: 'invalid_request',
    message: 'a payment needs a fee limit of zero or more',
    hint: 'Give maxFeeMsat.',
  })
}

export function checkTimeout(timeoutSeconds = DEFAULT_TIMEOUT_SECONDS): number {
  if (Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 86_400)
    return timeoutSeconds
  throw new LightningError({
    code: 'invalid_request',
    message: 'the time-out is not a whole number of seconds from 1 to 86400',
    hint: 'Leave it out for 60 seconds.',
  })
}

/** Throws with `sent: 'no'`, also where the caller gives up: nothing has left yet. */
export async function readyToSend(client: ClnClient, signal: AbortSignal | undefined): Promise<void> {
  await unsent(() => client.readyToSend(signal))
}

/** Sends, and waits for the last word or until patience or caller give up. */
export async function dispatch(
  { client, attempts }: Pick<PayContext, 'client' | 'attempts'>,
  { method, params, timeoutSeconds, hash }: Dispatch,
  signal: AbortSignal | undefined,
): Promise<Payment> {
  const attempt = attempts.begin(hash, timeoutSeconds)
  let error: unknown
  try {
    const timeoutMs = timeoutSeconds * 1000 + GRACE_MS
    const paid = await client.send(method, params, { signal, timeoutMs })
    attempts.end(hash, attempt)
    const payment = toPaid(hash, paid)
    if (payment !== undefined)
      return payment.feeProvisional ? await withFinalFee(client, payment, signal) : payment
    error = unreadable('a payment is said to be settled, and is not proven')
  } catch (caught) {
    error = caught
  }
  // an error is the last word of the command: it starts no further part
  if (isGuard(error)) attempts.refused(hash, attempt)
  else if (error instanceof RpcFault) attempts.end(hash, attempt)
  if (error instanceof WireFault && !error.sent) {
    attempts.refused(hash, attempt)
    throw notSent(error)
  }
  // the caller has gone: Core Lightning goes on, and whoever asks later looks it up
  if (signal?.aborted) return unknown(hash)
  const payment = await settleDoubt(client, hash, error, signal)
  // this command has failed; another one of the same hash, whose answer was lost, may not have
  return payment.status === 'failed' && attempts.mayGoOn(hash) ? unknown(hash) : payment
}

function notSent(error: WireFault): LightningError {
  const { code, message, hint, retry } = mapClnError(error)
  return new LightningError({ code, message, retry, sent: 'no', ...(hint === undefined ? {} : { hint }) })
}

export const unknown = (hash: PaymentHash): Payment => ({ paymentHash: hash, status: 'unknown' })

/** The answer to xpay or pay; nothing where it does not prove that it is of this payment. */
export function toPaid(hash: PaymentHash, raw: RawPaid): Payment | undefined {
  const proof = provenPreimage(raw?.payment_preimage, hash)
  if (proof.preimage === undefined) return undefined
  // the older `pay` calls complete what it calls so in listpays
  if (raw.status !== undefined && raw.status !== 'complete') return undefined
  const parts = raw.successful_parts ?? raw.parts
  try {
    const amountMsat = toMsat(raw.amount_msat)
    return {
      paymentHash: hash,
      status: 'settled',
      amountMsat,
      feeMsat: clampSubMsat(toMsat(raw.amount_sent_msat), amountMsat),
      // xpay answers with the first preimage; it counts parts still in flight as successful
      ...(parts === 1 ? {} : { feeProvisional: true }),
      ...proof,
      ...(parts === undefined ? {} : { parts }),
    }
  } catch {
    return { paymentHash: hash, status: 'settled', ...proof }
  }
}

/** Several parts: a look-up tells whether all have come home. */
async function withFinalFee(
  client: ClnClient,
  payment: Payment,
  signal: AbortSignal | undefined,
): Promise<Payment> {
  const found = await lookUpQuietly(client, payment.paymentHash, signal)
  return typeof found === 'object' && found.status === 'settled' ? found : payment
}

/** After an error: what Core Lightning knows of the hash, else what the error itself proves, else nothing. */
async function settleDoubt(
  client: ClnClient,
  hash: PaymentHash,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<Payment> {
  const rule = findErrorRule(error)
  const found = await lookUpQuietly(client, hash, signal)
  if (isGuard(error)) throw refusedByGuard(error, found)
  // a part may be in flight, or have settled, although xpay has given up
  if (found !== undefined && found !== 'failed-look-up' && found.status !== 'failed') return found
  // refused while the request was read: nothing was recorded, nothing was sent
  if (rule?.refusesUnrecorded) throw mapClnError(error)
  const reason = failureReason(error)
  // failed rows seen now may be of an earlier attempt, and a failed look-up proves nothing
  if (reason === undefined || found === 'failed-look-up') return unknown(hash)
  return {
    paymentHash: hash,
    status: 'failed',
    ...(found?.amountMsat === undefined ? {} : { amountMsat: found.amountMsat }),
    ...(found?.createdAt === undefined ? {} : { createdAt: found.createdAt }),
    failure: failure(reason, redact((error as RpcFault).message)),
  }
}

/** The guard by hash: the request was refused because of another one, which is not ours to report. */
function isGuard(error: unknown): boolean {
  const code = findErrorRule(error)?.code
  return code === 'already_paid' || code === 'in_progress'
}

function refusedByGuard(error: unknown, earlier: Payment | 'failed-look-up' | undefined): LightningError {
  const mapped = mapClnError(error)
  const settled = typeof earlier === 'object' && earlier.status === 'settled'
  const paid = mapped.code === 'already_paid' || settled
  return new LightningError({
    code: paid ? 'already_paid' : 'in_progress',
    message: paid
      ? 'Core Lightning has already paid this invoice'
      : 'Core Lightning is already paying this invoice',
    hint: 'Look the payment up by its hash; do not pay again.',
    // by this call: the guard refuses before anything leaves
    sent: 'no',
    ...(mapped.backend === undefined ? {} : { backend: mapped.backend }),
  })
}

async function lookUpQuietly(
  client: ClnClient,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Payment | 'failed-look-up' | undefined> {
  try {
    return reduceRecords(hash, await readRecords(client, hash, signal))
  } catch {
    return 'failed-look-up'
  }
}

/** What Core Lightning knows of a hash now. */
export async function readRecords(
  client: ClnClient,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<PaymentRecords> {
  const options = { signal, timeoutMs: LOOKUP_TIMEOUT_MS }
  // in whatever order they answer: what one sees and the other does not yet leaves the payment open
  const [{ pays }, { payments }] = await Promise.all([
    client.call('listpays', { payment_hash: hash }, options),
    client.call('listsendpays', { payment_hash: hash }, options),
  ])
  return { parts: toList(payments), pays: toList(pays) }
}

/**
 * How a payment stands. `undefined`: Core Lightning has no record now, which proves nothing by itself; while
 * a command whose answer was lost may still make its first attempt, not even that is said.
 */
export async function lookupPayment(
  { client, attempts }: Pick<PayContext, 'client' | 'attempts'>,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Payment | undefined> {
  const records = await readRecords(client, hash, signal)
  const payment = reduceRecords(hash, records)
  if (payment === undefined) return attempts.mayGoOn(hash) ? unknown(hash) : undefined
  if (payment.status !== 'failed' || attempts.isOver(hash, records)) return payment
  const { failure: _, ...open } = payment
  return { ...open, status: 'pending' }
}
