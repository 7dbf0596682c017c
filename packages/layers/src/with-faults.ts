import { randomBytes } from 'node:crypto'
import {
  type LightningBackend,
  LightningError,
  type LightningEvent,
  type Payment,
  type Preimage,
} from '@lightning-mcp/core'
import type { Fault, FaultPlan } from './fault-plan.ts'
import { type LayerClock, systemClock } from './layer-clock.ts'
import { unknownOutcome } from './unknown-outcome.ts'
import { type LayerCall, type LayerNext, wrapBackend } from './wrap-backend.ts'

export interface FaultsOptions {
  plan: FaultPlan
  clock?: LayerClock
}

/**
 * Breaks calls on purpose, as the plan says: the way to see what happens above when a connection
 * drops, a reply lies or an event is lost. Never part of a wallet in use.
 */
export function withFaults(backend: LightningBackend, options: FaultsOptions): LightningBackend {
  const { plan, clock = systemClock } = options
  return wrapBackend(backend, {
    call: async (call, next) => {
      const fault = plan.take(call.operation)
      return fault === undefined ? next() : hit(fault, call, next, clock)
    },
    watch: (request, next) => breakEvents(next(request), plan),
  })
}

async function hit(fault: Fault, call: LayerCall, next: LayerNext, clock: LayerClock): Promise<unknown> {
  switch (fault.kind) {
    case 'latency':
      await clock.sleep(fault.delayMs, call.request?.signal)
      return next()
    case 'drop-before-send':
      throw new LightningError({
        code: 'unavailable',
        message: `the connection was refused before ${call.operation} was sent`,
        hint: 'Try again.',
      })
    case 'drop-after-send':
      // the backend goes on by itself: nobody waits for it, and an error of it is nobody's
      next().catch(() => undefined)
      return unknownOutcome(call, `the connection was lost after ${call.operation} was sent`)
    case 'lying-reply':
      return (fault.change ?? swapOutcome)(await next())
    case 'wrong-preimage':
      return withWrongPreimage(await next())
    default:
      return next()
  }
}

/** Calls a settled payment failed, and a failed one settled. */
function swapOutcome(reply: unknown): unknown {
  if (!isPayment(reply)) return reply
  const { preimage: _, failure: __, ...rest } = reply
  if (reply.status === 'settled')
    return { ...rest, status: 'failed', failure: { reason: 'other', sameHashRetryable: true } }
  return reply.status === 'failed' ? { ...rest, status: 'settled', preimage: anyPreimage() } : reply
}

const withWrongPreimage = (reply: unknown): unknown =>
  isPayment(reply) && reply.preimage !== undefined ? { ...reply, preimage: anyPreimage() } : reply

const anyPreimage = (): Preimage => randomBytes(32).toString('hex') as Preimage

const isPayment = (reply: unknown): reply is Payment =>
  typeof reply === 'object' && reply !== null && 'status' in reply && 'paymentHash' in reply

async function* breakEvents(
  events: AsyncIterable<LightningEvent>,
  plan: FaultPlan,
): AsyncGenerator<LightningEvent, void> {
  for await (const event of events) {
    const fault = plan.take('watch')
    if (fault?.kind === 'missing-event') continue
    yield event
    if (fault?.kind === 'duplicate-event') yield event
  }
}
