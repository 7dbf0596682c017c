import { type Payment, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { withTimeout } from '../src/index.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend } from './recording-backend.ts'
import { testBolt12Invoice, testInvoice } from './test-invoice.ts'

const { invoice, paymentHash } = testInvoice()
const never = () => new Promise<never>(() => undefined)
const options = { readMs: 10, writeMs: 20, spendGraceMs: 5 }

test('a read that does not answer is unavailable', async () => {
  const clock = createManualClock()
  const reading = withTimeout(createRecordingBackend({ getInfo: never }), { ...options, clock }).getInfo()
  clock.advance(10)
  await expect(reading).rejects.toMatchObject({ code: 'unavailable', retry: 'after-delay' })
})

test('a payment that does not answer is unknown, never failed', async () => {
  const clock = createManualClock()
  const backend = createRecordingBackend({ payInvoice: never })
  const paying = withTimeout(backend, { ...options, clock }).payInvoice({
    invoice,
    maxFeeMsat: ZERO_MSAT,
    timeoutSeconds: 3,
  })
  clock.advance(3004)
  expect(await Promise.race([paying, Promise.resolve('waiting')])).toBe('waiting')
  clock.advance(1)
  expect(await paying).toEqual({ paymentHash, status: 'unknown' })
  expect(clock.slept).toEqual([3005])
})

test('what asks others than the backend has a minute more', async () => {
  const clock = createManualClock()
  const backend = createRecordingBackend({ 'offers.fetchInvoice': never })
  const fetching = withTimeout(backend, { ...options, clock }).offers!.fetchInvoice!({ offer: 'lno1' })
  clock.advance(60_009)
  expect(await Promise.race([fetching, Promise.resolve('waiting')])).toBe('waiting')
  clock.advance(1)
  await expect(fetching).rejects.toMatchObject({ code: 'unavailable' })
})

test('an offer paid by its invoice has a hash, one without has none', async () => {
  const clock = createManualClock()
  const bolt12 = testBolt12Invoice()
  const { offers } = withTimeout(createRecordingBackend({ 'offers.pay': never }), { ...options, clock })
  const request = { offer: bolt12.offer, maxFeeMsat: ZERO_MSAT, timeoutSeconds: 1 }
  const paying = offers!.pay!({ ...request, invoice: bolt12.invoice })
  const unseen = offers!.pay!(request)
  clock.advance(1_005)
  expect(await paying).toEqual({ paymentHash: bolt12.paymentHash, status: 'unknown' })
  await expect(unseen).rejects.toMatchObject({ code: 'outcome_unknown', sent: 'maybe' })
})

test('what makes an invoice may have made it', async () => {
  const clock = createManualClock()
  const making = withTimeout(createRecordingBackend({ createInvoice: never }), { ...options, clock })
  const made = making.createInvoice({ expirySeconds: 60 })
  clock.advance(20)
  await expect(made).rejects.toMatchObject({ code: 'outcome_unknown', sent: 'maybe' })
})

test("a late answer is ignored and a late error is nobody's", async () => {
  const clock = createManualClock()
  const { promise, reject } = Promise.withResolvers<Payment>()
  const backend = createRecordingBackend({ payInvoice: () => promise })
  const paying = withTimeout(backend, { ...options, clock }).payInvoice({ invoice, maxFeeMsat: ZERO_MSAT })
  clock.advance(60_005)
  expect((await paying).status).toBe('unknown')
  reject(new Error('late'))
})

test('the call is aborted when its time is over, so that it sends nothing later', async () => {
  const clock = createManualClock()
  const backend = createRecordingBackend({ getInfo: never })
  const reading = withTimeout(backend, { ...options, clock }).getInfo()
  const { signal } = backend.calls[0]!.request as { signal: AbortSignal }
  expect(signal.aborted).toBe(false)
  clock.advance(10)
  await expect(reading).rejects.toThrow()
  expect(signal.aborted).toBe(true)
})

test("the caller's own signal still reaches the backend", async () => {
  const controller = new AbortController()
  const backend = createRecordingBackend({ getInfo: never })
  void withTimeout(backend, options)
    .getInfo({ signal: controller.signal })
    .catch(() => undefined)
  controller.abort(new Error('enough'))
  const { signal } = backend.calls[0]!.request as { signal: AbortSignal }
  expect(signal.reason).toEqual(new Error('enough'))
})

test('an answer and an error in time pass as they are', async () => {
  const failure = new Error('as it is')
  const backend = createRecordingBackend({
    getInfo: () => 'info',
    getBalance: () => {
      throw failure
    },
  })
  const wrapped = withTimeout(backend)
  expect(await wrapped.getInfo()).toBe('info')
  await expect(wrapped.getBalance()).rejects.toBe(failure)
})
