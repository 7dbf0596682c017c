import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  type ErrorCode,
  LightningError,
  type Msat,
  type Payment,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { CaseContext } from './case-context.ts'
import { describeValue } from './until.ts'

/** Rejects with a `LightningError` of one of these codes, and says that nothing was sent. */
export async function expectRefusal(
  what: string,
  call: () => Promise<unknown>,
  codes: readonly ErrorCode[],
  sent: readonly LightningError['sent'][] = ['no'],
): Promise<LightningError> {
  const answer = await settle(call)
  if ('value' in answer)
    assert.fail(`${what} must throw ${codes.join(' or ')}, but answered ${describeValue(answer.value)}`)
  const { error } = answer
  assert.ok(LightningError.is(error), `${what} must throw a LightningError, but threw ${String(error)}`)
  assert.ok(
    codes.includes(error.code),
    `${what} must throw ${codes.join(' or ')}, but threw ${error.code}: ${error.message}`,
  )
  assert.ok(sent.includes(error.sent), `${what} threw ${error.code} with sent: ${error.sent}`)
  return error
}

/** The answer or the error; a synchronous throw counts as a rejection. */
export async function settle<T>(call: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await call() }
  } catch (error) {
    return { error }
  }
}

/** Settled, with its amount, a known fee and a preimage that proves it. */
export function expectSettled(
  payment: Payment | undefined,
  expected: { paymentHash: PaymentHash; amountMsat: bigint },
): asserts payment is Payment & { feeMsat: Msat } {
  assert.ok(payment !== undefined, 'the payment is not found')
  assert.equal(payment.status, 'settled', `the payment must be settled: ${describeValue(payment)}`)
  assert.equal(payment.paymentHash, expected.paymentHash, 'paymentHash')
  assert.equal(payment.amountMsat, expected.amountMsat, 'amountMsat')
  assert.equal(typeof payment.feeMsat, 'bigint', 'a settled payment tells its fee')
  assert.ok((payment.feeMsat as bigint) >= 0n, 'a fee is not negative')
  assert.equal(payment.failure, undefined, 'a settled payment has no failure')
  expectProof(payment.preimage, expected.paymentHash)
}

/** The preimage is there and hashes to the hash. */
export function expectProof(preimage: string | undefined, paymentHash: PaymentHash): void {
  assert.ok(preimage !== undefined, 'a settled payment has its preimage')
  assert.equal(sha256(preimage), paymentHash, 'SHA-256 of the preimage must be the payment hash')
}

export const sha256 = (hex: string): string =>
  createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')

/** Pending or unknown: what a payment is while nobody can tell. */
export function expectUndecided(payment: Payment, paymentHash: PaymentHash): void {
  assert.ok(
    payment.status === 'pending' || payment.status === 'unknown',
    `the payment must be pending or unknown while it may still settle: ${describeValue(payment)}`,
  )
  assert.equal(payment.paymentHash, paymentHash, 'paymentHash')
  assert.equal(payment.preimage, undefined, 'an undecided payment has no preimage')
  assert.equal(payment.failure, undefined, 'an undecided payment has no failure')
}

/** A payment was asked for and may be on its way: an answer is due, and it does not say failed. */
export async function expectAnswer(call: () => Promise<Payment>): Promise<Payment> {
  const answer = await settle(call)
  if ('error' in answer)
    assert.fail(`once it may have been sent nothing is thrown, but: ${String(answer.error)}`)
  return answer.value
}

/**
 * Fails for good: a `failed` payment with one of these reasons, or a refusal with that code before
 * anything was sent. Either way nothing has moved, and no later look-up says anything but failed.
 */
export async function expectSafeFailure(
  { backend, profile, holdings, untilHoldings, until }: CaseContext,
  paymentHash: PaymentHash,
  pay: () => Promise<Payment>,
  reasons: readonly NonNullable<Payment['failure']>['reason'][],
): Promise<Payment | undefined> {
  const before = await holdings()
  const answer = await settle(pay)
  if ('error' in answer) {
    const { error } = answer
    assert.ok(LightningError.is(error), `must throw a LightningError, but threw ${String(error)}`)
    assert.equal(error.sent, 'no', `threw ${error.code} with sent: ${error.sent}`)
    assert.ok(
      (reasons as readonly string[]).includes(error.code),
      `unexpected ${error.code}: ${error.message}`,
    )
    await untilHoldings(before)
    return undefined
  }
  const payment = answer.value
  assert.equal(payment.status, 'failed', `the payment must have failed: ${describeValue(payment)}`)
  assert.equal(payment.paymentHash, paymentHash, 'paymentHash')
  assert.equal(payment.preimage, undefined, 'a failed payment has no preimage')
  assert.ok(payment.failure !== undefined, 'a failed payment says why')
  assert.equal(typeof payment.failure.sameHashRetryable, 'boolean', 'sameHashRetryable')
  assert.ok(reasons.includes(payment.failure.reason), `unexpected reason ${payment.failure.reason}`)
  await untilHoldings(before)
  if (profile.lookup === 'hash' && profile.capabilities.lookupPayment !== 'none')
    await until(
      'a look-up agrees that it failed',
      () => backend.lookupPayment({ paymentHash }),
      (found) => found === undefined || found.status === 'failed',
    )
  return payment
}
