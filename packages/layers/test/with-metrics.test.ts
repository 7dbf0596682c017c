import { LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { type CallMetric, withMetrics } from '../src/index.ts'
import { collect } from './collect.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend } from './recording-backend.ts'

test('a call is measured with its class, outcome and duration', async () => {
  const clock = createManualClock()
  const seen: CallMetric[] = []
  const backend = createRecordingBackend({
    payInvoice: () => {
      clock.advance(30)
      return { status: 'unknown', paymentHash: 'ab', preimage: 'cd' }
    },
    getInfo: () => {
      throw new LightningError({ code: 'not_ready', message: 'locked' })
    },
  })
  const wrapped = withMetrics(backend, { clock, onCall: (metric) => seen.push(metric) })
  await wrapped.payInvoice({ invoice: '', maxFeeMsat: ZERO_MSAT })
  await wrapped.getInfo().catch(() => undefined)
  expect(seen).toEqual([
    {
      operation: 'payInvoice',
      operationClass: 'spend',
      backendKind: 'recording',
      durationMs: 30,
      ok: true,
      status: 'unknown',
    },
    {
      operation: 'getInfo',
      operationClass: 'read',
      backendKind: 'recording',
      durationMs: 0,
      ok: false,
      code: 'not_ready',
    },
  ])
})

test('events are counted by type', async () => {
  const types: string[] = []
  const backend = createRecordingBackend({ watch: () => [{ type: 'gap' }] })
  await collect(withMetrics(backend, { onEvent: ({ type }) => types.push(type) }).watch())
  expect(types).toEqual(['gap'])
})

test('a meter that throws changes nothing', async () => {
  const backend = createRecordingBackend({ getInfo: () => 'info' })
  const onCall = () => {
    throw new Error('full')
  }
  expect(await withMetrics(backend, { onCall }).getInfo()).toBe('info')
})
