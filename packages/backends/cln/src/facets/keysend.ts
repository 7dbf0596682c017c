import { createHash, randomUUID } from 'node:crypto'
import {
  type KeysendFacet,
  type KeysendRequest,
  LightningError,
  nodeId,
  type Payment,
  type PaymentHash,
  paymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { Attempts } from '../attempts.ts'
import type { ClnClient } from '../client.ts'
import { failureReason, findErrorRule, mapClnError, redact } from '../errors.ts'
import type { HistoryContext } from '../history.ts'
import { lookupByLabel, partsSince } from '../labelled-payments.ts'
import type { Method } from '../methods.ts'
import { failure } from '../parts.ts'
import { checkFeeLimit, checkTimeout, GRACE_MS, readyToSend, toPaid, unknown } from '../payments.ts'
import type { RawPart } from '../schemas.ts'
import { RpcFault, WireFault } from '../transport.ts'

export interface KeysendContext {
  client: ClnClient
  attempts: Attempts
  has(method: Method): boolean
  history(signal: AbortSignal | undefined): HistoryContext
}

/** Core Lightning chooses the preimage: a payment whose answer was lost is found by its label. */
export function createKeysendFacet(context: KeysendContext): KeysendFacet {
  return { send: (request) => send(context, request) }
}

async function send(context: KeysendContext, request: KeysendRequest): Promise<Payment> {
  const { client, has, attempts } = context
  const { destination, amountMsat, maxFeeMsat, label = `lightning-mcp-${randomUUID()}`, signal } = request
  if (typeof amountMsat !== 'bigint' || amountMsat <= 0n)
    throw new LightningError({ code: 'invalid_request', message: 'the amount to pay must be above zero' })
  const timeoutSeconds = checkTimeout(request.timeoutSeconds)
  const params = {
    destination: nodeId(destination),
    amount_msat: amountMsat,
    label,
    maxfee: checkFeeLimit(maxFeeMsat),
    retry_for: timeoutSeconds,
  }
  await readyToSend(client, signal)
  const method = has('xkeysend') ? 'xkeysend' : 'keysend'
  const sentAt = context.history(signal).now
  attempts.expect(timeoutSeconds)
  let error: unknown
  try {
    const paid = await client.send(method, params, { signal, timeoutMs: timeoutSeconds * 1000 + GRACE_MS })
    const payment = toPaid(hashOf(paid.payment_preimage), paid)
    if (payment !== undefined) return payment
  } catch (caught) {
    error = caught
  }
  if (error instanceof WireFault && !error.sent) throw mapClnError(error)
  if (signal?.aborted) return unknown(unseenHash(request))
  return settleDoubt(context, request, label, sentAt, error)
}

async function settleDoubt(
  context: KeysendContext,
  request: KeysendRequest,
  label: string,
  sentAt: number,
  error: unknown,
): Promise<Payment> {
  const outcome = await findOutcome(context, request, label, sentAt, error).catch(() => undefined)
  if (outcome === 'nothing-sent') throw withoutDoubt(error)
  return outcome ?? unknown(unseenHash(request))
}

/** What bears the label; `nothing-sent` where the error and all rows since prove it; else nothing. */
async function findOutcome(
  { history, client, attempts }: KeysendContext,
  { signal, destination }: KeysendRequest,
  label: string,
  sentAt: number,
  error: unknown,
): Promise<Payment | 'nothing-sent' | undefined> {
  const context = { ...history(signal), client, attempts }
  const found = await lookupByLabel(context, label, sentAt)
  // an error is the last word of the command: failed parts are then the end of it
  if (!(error instanceof RpcFault)) return found
  const reason = failureReason(error)
  if (found !== undefined) {
    if (reason === undefined || !(await onlyFailed(context, found.paymentHash))) return found
    attempts.over(found.paymentHash)
    return {
      paymentHash: found.paymentHash,
      status: 'failed',
      failure: failure(reason, redact(error.message)),
    }
  }
  if (reason === undefined && !findErrorRule(error)?.refusesUnrecorded) return undefined
  // nothing bears the label, and only if nothing without one could be it either, nothing was sent
  for await (const part of partsSince(context, sentAt))
    if (part.bolt11 === undefined && part.bolt12 === undefined && mayBeTo(part, destination)) return undefined
  return 'nothing-sent'
}

/** A row does not always name where it goes. */
const mayBeTo = ({ destination }: RawPart, wanted: string): boolean =>
  destination === undefined || destination.toLowerCase() === wanted.toLowerCase()

async function onlyFailed(context: HistoryContext, hash: PaymentHash): Promise<boolean> {
  const { payments } = await context.client.call(
    'listsendpays',
    { payment_hash: hash },
    { signal: context.signal },
  )
  return payments.length > 0 && payments.every(({ status }) => status === 'failed')
}

function withoutDoubt(error: unknown): LightningError {
  const { code, message, hint, backend } = mapClnError(error)
  return new LightningError({
    code,
    message,
    sent: 'no',
    ...(hint === undefined ? {} : { hint }),
    ...(backend === undefined ? {} : { backend }),
  })
}

const hashOf = (secret: unknown): PaymentHash =>
  paymentHash(
    createHash('sha256')
      .update(Buffer.from(typeof secret === 'string' ? secret : '', 'hex'))
      .digest('hex'),
  )

/** Nobody knows the hash of a payment whose answer was lost; the interface wants one, and this one finds nothing. */
const unseenHash = (request: KeysendRequest): PaymentHash => hashOf(preimage(request.preimage))
