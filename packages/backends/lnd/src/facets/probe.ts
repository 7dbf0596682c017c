import { randomBytes } from 'node:crypto'
import { type CallOptions, type FeeEstimate, LightningError, type RouteTarget } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { mapLndError } from '../errors.ts'
import type { RawPayment } from '../schemas.ts'
import { readyToSend } from '../send-once.ts'
import { toMsat } from '../to-core.ts'
import { noRoute, type ReadTarget, readTarget, wayTo } from './route-target.ts'

/** Below what layers give to calls that manage the node. */
const PROBE_SECONDS = 20
const GRACE_MS = 5_000

/** Real HTLCs under a hash that nobody has the preimage of: who gets them sends them back, and the fee is known. */
export async function probe(
  client: LndClient,
  { target, signal }: { target: RouteTarget } & CallOptions,
): Promise<FeeEstimate> {
  const read = readTarget(target)
  await readyToSend(client, signal)
  return 'invoice' in target && read.decoded?.amountMsat !== undefined
    ? probeInvoice(client, target.invoice, signal)
    : probeNode(client, read, signal)
}

/** EstimateRouteFee knows of services that stand before a private payee and take the money for it. */
async function probeInvoice(
  client: LndClient,
  invoice: string,
  signal: AbortSignal | undefined,
): Promise<FeeEstimate> {
  const reply = await client
    .sendOnce(
      'estimateRouteFee',
      { payment_request: invoice, timeout: PROBE_SECONDS },
      { timeoutMs: PROBE_SECONDS * 1000 + GRACE_MS, signal },
    )
    .catch((error: unknown) => {
      signal?.throwIfAborted()
      throw mapLndError(error)
    })
  if (reply.failure_reason !== 'FAILURE_REASON_NONE') throw failed(reply.failure_reason)
  return { feeMsat: toMsat(reply.routing_fee_msat), method: 'probe' }
}

/** EstimateRouteFee probes invoices with an amount only; this does the same with SendPaymentV2. */
async function probeNode(
  client: LndClient,
  read: ReadTarget,
  signal: AbortSignal | undefined,
): Promise<FeeEstimate> {
  const { payee, amountMsat, decoded } = read
  const stream = await client.openStream('sendPayment', {
    dest: Buffer.from(payee, 'hex'),
    amt_msat: String(amountMsat),
    // no preimage of it was ever made
    payment_hash: randomBytes(32),
    fee_limit_msat: String(amountMsat),
    timeout_seconds: PROBE_SECONDS,
    no_inflight_updates: true,
    max_parts: 1,
    ...wayTo(read),
    ...(decoded?.paymentSecret === undefined
      ? {}
      : { payment_addr: Buffer.from(decoded.paymentSecret, 'hex') }),
  })
  const patience = setTimeout(stream.cancel, PROBE_SECONDS * 1000 + GRACE_MS)
  signal?.addEventListener('abort', stream.cancel, { once: true })
  try {
    if (signal?.aborted) stream.cancel()
    for await (const payment of stream.messages) if (payment.status === 'FAILED') return judge(payment)
    throw failed('FAILURE_REASON_TIMEOUT')
  } catch (error) {
    signal?.throwIfAborted()
    throw mapLndError(error)
  } finally {
    clearTimeout(patience)
    signal?.removeEventListener('abort', stream.cancel)
    stream.cancel()
  }
}

/** The payee alone says that it knows nothing of the hash: a probe that came so far has succeeded. */
function judge({ failure_reason, htlcs }: RawPayment): FeeEstimate {
  const route = htlcs.at(-1)?.route
  if (failure_reason !== 'FAILURE_REASON_INCORRECT_PAYMENT_DETAILS' || !route) throw failed(failure_reason)
  return { feeMsat: toMsat(route.total_fees_msat), method: 'probe' }
}

function failed(reason: string | number): LightningError {
  if (reason === 'FAILURE_REASON_TIMEOUT')
    return new LightningError({
      code: 'unavailable',
      message: 'the probe did not come back in time',
      hint: 'What it locks comes back by itself, at the latest when its HTLC times out.',
    })
  if (reason === 'FAILURE_REASON_INSUFFICIENT_BALANCE')
    return new LightningError({
      code: 'insufficient_balance',
      message: 'the channels of this node hold too little',
      hint: 'Receive some first, or ask for a smaller amount.',
    })
  return noRoute()
}
