import { createHash } from 'node:crypto'
import {
  LightningError,
  type NodeId,
  type Payment,
  type Preimage,
  paymentHash,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { detailsOf, type KeysendDetails, labelOf } from '../spending/spend-plan.ts'
import { adoptByHash, judgePayment, lookUpByHash } from './by-hash.ts'
import { waitingOutcome } from './spent.ts'
import type { Judge, Strategy } from './strategy.ts'

/** What a backend gets that chooses a preimage itself: it does not look at it. */
const NO_PREIMAGE = '00'.repeat(32) as Preimage

/** The node's clock may differ from ours by so much. */
const CLOCK_SLACK_MS = 3_600_000

const unixSeconds = (ms: number): UnixSeconds => Math.max(0, Math.floor(ms / 1000))

/** The hash under which a preimage pays. */
export const hashOf = (secret: Preimage) =>
  paymentHash(createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex'))

/**
 * A payment without an invoice: pinned by the hash of the preimage that we chose, and found by it.
 * Where the backend chooses, the reply alone tells the hash; without it the payment is found by its
 * label, and where the backend keeps none only the owner can.
 */
export const keysendStrategy: Strategy = {
  isReady: ({ payee }) => payee !== undefined,
  async send(intent, backend, options) {
    const { preimage, labelled } = detailsOf<KeysendDetails>(intent)
    const { keysend } = backend
    if (keysend === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend sends no keysend payments' })
    const payment = await keysend.send({
      destination: intent.payee as NodeId,
      amountMsat: intent.amountMsat,
      maxFeeMsat: intent.maxFeeMsat,
      preimage: preimage ?? NO_PREIMAGE,
      ...(labelled === true ? { label: labelOf(intent) } : {}),
      ...options,
    })
    return preimage === undefined ? judgeChosen(payment) : judgePayment(payment)
  },
  adopt: adoptByHash,
  async lookUp(intent, context) {
    if (intent.paymentHash !== undefined || intent.backendPaymentId !== undefined)
      return lookUpByHash(intent, context)
    if (!isLabelled(intent)) return (current, nowMs) => waitingOutcome(current, nowMs, false)
    const label = labelOf(intent)
    const since = unixSeconds((intent.dispatchedAtMs ?? intent.createdAtMs) - CLOCK_SLACK_MS)
    const found = await context.ask((backend, signal) => backend.lookupPayment({ label, since, signal }))
    // that nothing bears the label proves nothing: when a node writes it down is its own affair
    return found === undefined ? (current, nowMs) => waitingOutcome(current, nowMs) : judgeChosen(found)
  },
}

/** The backend's answer about a preimage of its own: from here on its hash is the payment's. */
const judgeChosen =
  (payment: Payment): Judge =>
  (current, nowMs) => {
    // without an outcome there is no knowing whether the hash was made up by whoever lost the reply
    if (payment.status === 'unknown') return waitingOutcome(current, nowMs, isLabelled(current))
    const adopted = { ...current, paymentHash: payment.paymentHash }
    const outcome = judgePayment(payment)(adopted, nowMs)
    return { ...outcome, change: { ...outcome.change, paymentHash: payment.paymentHash } }
  }

const isLabelled = (intent: Intent): boolean => detailsOf<KeysendDetails>(intent).labelled === true
