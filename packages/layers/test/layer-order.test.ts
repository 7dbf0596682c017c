import { LightningError, type Payment, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import {
  composeLayers,
  createFaultPlan,
  createMemoryDuplicateGuardStore,
  type Layer,
  type LogEntry,
  withCapabilityCheck,
  withDuplicateGuard,
  withErrorContext,
  withFaults,
  withLogging,
  withRetry,
  withTimeout,
} from '../src/index.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend, everythingBut } from './recording-backend.ts'
import { testInvoice } from './test-invoice.ts'

const { invoice, paymentHash } = testInvoice()
const request = { invoice, maxFeeMsat: ZERO_MSAT }
const down = () => {
  throw new LightningError({ code: 'unavailable', message: 'down' })
}
const instant = () => createManualClock({ instant: true })
const retrying: Layer = (backend) => withRetry(backend, { clock: instant(), attempts: 3 })

/** Does not answer the first time. */
const slowOnce = () => {
  let calls = 0
  return () => (calls++ === 0 ? new Promise(() => undefined) : 'info')
}

test('retry around timeout repeats a try that hangs', async () => {
  const backend = createRecordingBackend({ getInfo: slowOnce() })
  const timing: Layer = (inner) => withTimeout(inner, { readMs: 5 })
  expect(await composeLayers(backend, [retrying, timing]).getInfo()).toBe('info')
})

test('timeout around retry bounds all tries and repeats none that hangs', async () => {
  const backend = createRecordingBackend({ getInfo: slowOnce() })
  const timing: Layer = (inner) => withTimeout(inner, { readMs: 5 })
  await expect(composeLayers(backend, [timing, retrying]).getInfo()).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(backend.calls).toHaveLength(1)
})

test('wrong order: logging inside retry tells one call several times', async () => {
  const told = async (order: (log: Layer) => Layer[]) => {
    const entries: LogEntry[] = []
    const log: Layer = (backend) => withLogging(backend, { log: (entry) => entries.push(entry) })
    await composeLayers(createRecordingBackend({ getInfo: down }), order(log))
      .getInfo()
      .catch(() => undefined)
    return entries.length
  }
  expect(await told((log) => [log, retrying])).toBe(1)
  expect(await told((log) => [retrying, log])).toBe(3)
})

test('wrong order: errors of layers outside the context have none', async () => {
  const backend = createRecordingBackend({}, everythingBut('getInfo'))
  const fail = (layers: Layer[]) => composeLayers(backend, layers).getInfo()
  await expect(fail([withErrorContext, withCapabilityCheck])).rejects.toMatchObject({ operation: 'getInfo' })
  await expect(fail([withCapabilityCheck, withErrorContext])).rejects.toMatchObject({ operation: undefined })
})

test('wrong order: a guard inside retry does not get its look-up retried', async () => {
  const pay = (layers: (guard: Layer) => Layer[]) => {
    let lookups = 0
    const backend = createRecordingBackend({
      connect: () => ({ identity: { kind: 'k', network: 'regtest', id: 'w' }, lookup: 'hash' }),
      lookupPayment: () => (lookups++ === 0 ? down() : undefined),
      payInvoice: (): Payment => ({ paymentHash, status: 'settled' }),
    })
    const guard: Layer = (inner) => withDuplicateGuard(inner, { store: createMemoryDuplicateGuardStore() })
    return composeLayers(backend, layers(guard)).payInvoice(request)
  }
  expect((await pay((guard) => [guard, retrying])).status).toBe('settled')
  await expect(pay((guard) => [retrying, guard])).rejects.toMatchObject({ code: 'unavailable' })
})

test('wrong order: faults around the check break what would never be sent', async () => {
  const plan = createFaultPlan()
  const faults: Layer = (backend) => withFaults(backend, { plan })
  const backend = createRecordingBackend({}, everythingBut('getInfo'))
  plan.once('getInfo', { kind: 'drop-before-send' })
  const ask = (layers: Layer[]) => composeLayers(backend, layers).getInfo()
  await expect(ask([withCapabilityCheck, faults])).rejects.toMatchObject({ code: 'unsupported' })
  await expect(ask([faults, withCapabilityCheck])).rejects.toMatchObject({ code: 'unavailable' })
})

test('in every order a payment is sent once', async () => {
  const clock = instant()
  const layers: Layer[] = [
    withErrorContext,
    (backend) => withRetry(backend, { clock }),
    (backend) => withTimeout(backend),
    (backend) => withDuplicateGuard(backend, { store: createMemoryDuplicateGuardStore() }),
    withCapabilityCheck,
  ]
  for (const order of permutations(layers)) {
    const backend = createRecordingBackend({
      connect: () => ({ identity: { kind: 'k', network: 'regtest', id: 'w' }, lookup: 'hash' }),
      payInvoice: () => {
        throw new LightningError({ code: 'unavailable', message: 'down', sent: 'maybe' })
      },
    })
    const wallet = composeLayers(backend, order)
    await expect(wallet.payInvoice(request)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(wallet.payInvoice(request)).rejects.toMatchObject({ code: 'in_progress' })
    expect(backend.calls.filter(({ operation }) => operation === 'payInvoice')).toHaveLength(1)
  }
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}
