import { createHash } from 'node:crypto'
import type { LightningEvent, Payment } from '@lightning-mcp/core'
import { sat, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { createFaultPlan, withFaults } from '../src/index.ts'
import { collect } from './collect.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend } from './recording-backend.ts'
import { testInvoice } from './test-invoice.ts'

const { invoice, paymentHash, preimage } = testInvoice()
const request = { invoice, maxFeeMsat: ZERO_MSAT }
const settled: Payment = { paymentHash, status: 'settled', feeMsat: ZERO_MSAT, preimage }
const events: readonly LightningEvent[] = [{ type: 'gap' }, { type: 'channel-opened', channelId: '1' }]

test('a drop before sending is unavailable and reaches nothing', async () => {
  const plan = createFaultPlan()
  const backend = createRecordingBackend({ payInvoice: () => settled })
  const wrapped = withFaults(backend, { plan })
  plan.once('payInvoice', { kind: 'drop-before-send' })
  await expect(wrapped.payInvoice(request)).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  expect(backend.calls).toEqual([])
  expect(await wrapped.payInvoice(request)).toEqual(settled)
})

test('a drop after sending pays and answers unknown', async () => {
  const plan = createFaultPlan()
  const backend = createRecordingBackend({ payInvoice: () => settled })
  plan.once('payInvoice', { kind: 'drop-after-send' })
  expect(await withFaults(backend, { plan }).payInvoice(request)).toEqual({ paymentHash, status: 'unknown' })
  expect(backend.calls).toHaveLength(1)
})

test('a drop after sending answers each operation in its own form', async () => {
  const plan = createFaultPlan()
  const operations = [
    'keysend.send',
    'onchain.send',
    'channels.open',
    'offers.pay',
    'createInvoice',
    'getInfo',
  ] as const
  const backend = createRecordingBackend(Object.fromEntries(operations.map((name) => [name, () => 'done'])))
  const wrapped = withFaults(backend, { plan })
  for (const operation of operations) plan.once(operation, { kind: 'drop-after-send' })
  const hash = createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex')
  const node = 'node' as never
  const amountMsat = ZERO_MSAT
  expect(
    await wrapped.keysend!.send({ destination: node, amountMsat, maxFeeMsat: amountMsat, preimage }),
  ).toEqual({ paymentHash: hash, status: 'unknown', amountMsat })
  expect(await wrapped.onchain!.send!({ address: 'a', amountSat: sat(1n) })).toMatchObject({
    status: 'unknown',
  })
  expect(await wrapped.channels!.open!({ peer: node, capacitySat: sat(1n) })).toMatchObject({
    status: 'unknown',
  })
  const lost = { code: 'outcome_unknown', sent: 'maybe', retry: 'after-lookup' }
  await expect(wrapped.offers!.pay!({ offer: 'lno1', maxFeeMsat: amountMsat })).rejects.toMatchObject(lost)
  await expect(wrapped.createInvoice({ expirySeconds: 60 })).rejects.toMatchObject(lost)
  await expect(wrapped.getInfo()).rejects.toMatchObject({ code: 'unavailable', retry: 'after-delay' })
  expect(backend.calls.map(({ operation }) => operation)).toEqual(operations)
})

test("an error of an abandoned call is nobody's", async () => {
  const plan = createFaultPlan()
  const backend = createRecordingBackend({
    payInvoice: () => {
      throw new Error('late')
    },
  })
  plan.once('payInvoice', { kind: 'drop-after-send' })
  expect(await withFaults(backend, { plan }).payInvoice(request)).toMatchObject({ status: 'unknown' })
})

test('a lying reply says the opposite of what happened', async () => {
  const plan = createFaultPlan()
  const wrapped = withFaults(createRecordingBackend({ payInvoice: () => settled }), { plan })
  plan.once('payInvoice', { kind: 'lying-reply' })
  expect(await wrapped.payInvoice(request)).toMatchObject({ status: 'failed', failure: { reason: 'other' } })
  plan.once('payInvoice', { kind: 'lying-reply', change: () => undefined })
  expect(await wrapped.payInvoice(request)).toBeUndefined()
})

test('a wrong preimage does not hash to the hash', async () => {
  const plan = createFaultPlan()
  plan.always('payInvoice', { kind: 'wrong-preimage' })
  const wrapped = withFaults(createRecordingBackend({ payInvoice: () => settled }), { plan })
  const payment = await wrapped.payInvoice(request)
  expect(payment.status).toBe('settled')
  expect(createHash('sha256').update(Buffer.from(payment.preimage!, 'hex')).digest('hex')).not.toBe(
    paymentHash,
  )
  plan.always('payInvoice', undefined)
  expect(await wrapped.payInvoice(request)).toEqual(settled)
})

test('latency passes before the call', async () => {
  const plan = createFaultPlan()
  const clock = createManualClock({ instant: true })
  plan.once('getInfo', { kind: 'latency', delayMs: 70 })
  await withFaults(createRecordingBackend(), { plan, clock }).getInfo()
  expect(clock.slept).toEqual([70])
})

test('an event is told twice or not at all', async () => {
  const plan = createFaultPlan()
  plan.once('watch', { kind: 'duplicate-event' })
  plan.once('watch', { kind: 'missing-event' })
  const wrapped = withFaults(createRecordingBackend({ watch: () => events }), { plan })
  expect(await collect(wrapped.watch())).toEqual([events[0], events[0]])
})

test('faults by chance are the same for the same seed', async () => {
  const run = async (seed: number): Promise<string> => {
    const plan = createFaultPlan({ seed, chances: { 'drop-before-send': 0.3, 'drop-after-send': 0.3 } })
    const wrapped = withFaults(createRecordingBackend({ payInvoice: () => settled }), { plan })
    let seen = ''
    for (let call = 0; call < 60; call++)
      seen += await wrapped.payInvoice(request).then(
        ({ status }) => status[0],
        () => 'x',
      )
    return seen
  }
  const first = await run(1)
  expect(await run(1)).toBe(first)
  expect(await run(2)).not.toBe(first)
  expect(new Set(first)).toEqual(new Set(['s', 'u', 'x']))
})
