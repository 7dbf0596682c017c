import {
  type BackendProfile,
  type LightningBackend,
  LightningError,
  type Payment,
  type PaymentHash,
  supports,
} from '@lightning-mcp/core'
import type { DuplicateGuardStore, GuardKey } from './duplicate-guard-store.ts'
import { hashOf } from './unknown-outcome.ts'
import { type LayerNext, wrapBackend } from './wrap-backend.ts'

export interface DuplicateGuardOptions {
  store: DuplicateGuardStore
}

/**
 * Sends a payment hash at most once while it is open or settled: for programs that use a backend
 * whose profile says `duplicateGuard: 'none'` without the wallet package. The hash is recorded before
 * it is sent. A second payment of it is looked up first, and refused with `already_paid` or
 * `in_progress`; only after a failure that may be retried is it sent again.
 *
 * Guards `payInvoice`, `keysend.send` and `offers.pay` of a fetched invoice. An offer whose invoice the
 * backend fetches itself has no hash before it is paid: not guarded.
 */
export function withDuplicateGuard(
  backend: LightningBackend,
  { store }: DuplicateGuardOptions,
): LightningBackend {
  let profile: Promise<BackendProfile> | undefined
  const connected = (): Promise<BackendProfile> => {
    profile ??= backend.connect().catch((error: unknown) => {
      profile = undefined
      throw error
    })
    return profile
  }

  return wrapBackend(backend, {
    async call(call, next) {
      if (call.operation === 'connect') {
        const connecting = next() as Promise<BackendProfile>
        const learned = await connecting
        profile = connecting
        return learned
      }
      const paymentHash = hashOf(call)
      // without a hash it is no payment, or no invoice at all: the backend says so
      if (paymentHash === undefined) return next()
      const { identity, lookup } = await connected()
      const key = { wallet: `${identity.kind}:${identity.network}:${identity.id}`, paymentHash }
      const attempt = await claim(backend, store, key, lookup === 'hash')
      return send(store, key, attempt, next)
    },
  })
}

/** Answers the number of the attempt that this call may make; throws where it may make none. */
async function claim(
  backend: LightningBackend,
  store: DuplicateGuardStore,
  key: GuardKey,
  canLookUp: boolean,
): Promise<number> {
  const known = await store.get(key)
  if (known?.state === 'settled') throw refusal('already_paid', key.paymentHash)
  const found =
    canLookUp && supports(backend.capabilities, 'lookupPayment')
      ? await backend.lookupPayment({ paymentHash: key.paymentHash })
      : undefined
  if (found?.status === 'settled') {
    if (known !== undefined) await store.finish(key, known.attempt, 'settled')
    throw refusal('already_paid', key.paymentHash)
  }
  if (found?.status === 'pending' || found?.status === 'unknown')
    throw refusal('in_progress', key.paymentHash)
  if (found?.status === 'failed' && found.failure?.sameHashRetryable === false)
    throw new LightningError({
      code: 'invalid_invoice',
      message: 'this payment hash has failed, and the backend does not take it a second time',
      hint: 'Ask for a fresh invoice.',
    })
  const refused = (): never => {
    throw refusal('in_progress', key.paymentHash)
  }
  if (known?.state === 'open') {
    // not found proves nothing: the first request may still be on its way. And a failure found
    // during a later attempt may be the one of the attempt before.
    if (found === undefined || known.attempt > 1) refused()
    await store.finish(key, known.attempt, 'failed')
  }
  let attempt = (known?.attempt ?? 0) + 1
  if (known === undefined && found?.status === 'failed') {
    // a failure from before the guard was there: it is the first attempt, so that this one is not taken for it
    if (!(await store.claim(key, attempt))) refused()
    await store.finish(key, attempt, 'failed')
    attempt += 1
  }
  return (await store.claim(key, attempt)) ? attempt : refused()
}

async function send(
  store: DuplicateGuardStore,
  key: GuardKey,
  attempt: number,
  next: LayerNext,
): Promise<Payment> {
  // what cannot be written down stays open and is looked up next time; the answer matters more
  const finish = (state: 'settled' | 'failed') => store.finish(key, attempt, state).catch(() => undefined)
  let payment: Payment
  try {
    payment = (await next()) as Payment
  } catch (error) {
    if (LightningError.is(error) && error.sent === 'no') await finish('failed')
    throw error
  }
  if (payment.status === 'settled' || payment.status === 'failed') await finish(payment.status)
  return payment
}

const refusal = (code: 'already_paid' | 'in_progress', paymentHash: PaymentHash): LightningError =>
  new LightningError({
    code,
    message:
      code === 'already_paid'
        ? `payment ${paymentHash} was settled before and is not sent again`
        : `payment ${paymentHash} was sent before and is not known to be over`,
    hint: 'Look the payment up instead of sending it again.',
  })
