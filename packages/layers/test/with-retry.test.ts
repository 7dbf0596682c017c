import {
  ERROR_CODES,
  type ErrorCode,
  LightningError,
  OPERATION_NAMES,
  OPERATIONS,
  splitOperation,
} from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { withRetry } from '../src/index.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend } from './recording-backend.ts'

const failing = (code: ErrorCode, times = Number.POSITIVE_INFINITY) => {
  let left = times
  return () => {
    if (left-- > 0) throw new LightningError({ code, message: code })
    return 'answer'
  }
}

test('a read is tried again until it answers', async () => {
  const clock = createManualClock({ instant: true })
  const backend = createRecordingBackend({ getInfo: failing('unavailable', 2) })
  expect(await withRetry(backend, { clock, random: () => 1 }).getInfo()).toBe('answer')
  expect(clock.slept).toEqual([200, 400])
})

test('pauses double, are jittered and have an end', async () => {
  const clock = createManualClock({ instant: true })
  const backend = createRecordingBackend({ getInfo: failing('unavailable') })
  const options = { clock, attempts: 6, firstDelayMs: 100, maxDelayMs: 500, random: () => 0 }
  await expect(withRetry(backend, options).getInfo()).rejects.toMatchObject({ code: 'unavailable' })
  expect(clock.slept).toEqual([50, 100, 200, 250, 250])
  expect(backend.calls).toHaveLength(6)
})

test.each(Object.entries(ERROR_CODES))(
  '%s of a read is repeated only where its retry allows',
  async (code, { retry }) => {
    const clock = createManualClock({ instant: true })
    const backend = createRecordingBackend({ getBalance: failing(code as ErrorCode) })
    await expect(withRetry(backend, { clock, attempts: 2 }).getBalance()).rejects.toMatchObject({ code })
    expect(backend.calls).toHaveLength(retry === 'safe' || retry === 'after-delay' ? 2 : 1)
  },
)

// an invoice of an offer is read, but made anew each time
const changing = OPERATION_NAMES.filter(
  (operation) => OPERATIONS[operation] !== 'read' || operation === 'offers.fetchInvoice',
)

test.each(changing)('%s is never repeated', async (operation) => {
  const backend = createRecordingBackend({ [operation]: failing('unavailable') })
  const wrapped = withRetry(backend, { clock: createManualClock({ instant: true }) })
  const [facet, name] = splitOperation(operation)
  const owner = (facet === undefined ? wrapped : wrapped[facet]) as unknown as Record<
    string,
    (r: object) => Promise<unknown>
  >
  await expect(owner[name]!({})).rejects.toMatchObject({ code: 'unavailable' })
  expect(backend.calls).toHaveLength(1)
})

test('an error of another kind is not repeated', async () => {
  const backend = createRecordingBackend({
    getInfo: () => {
      throw new Error('bug')
    },
  })
  await expect(withRetry(backend).getInfo()).rejects.toThrow('bug')
  expect(backend.calls).toHaveLength(1)
})

test('an abort ends the pause', async () => {
  const controller = new AbortController()
  const clock = createManualClock()
  const backend = createRecordingBackend({ getInfo: failing('unavailable') })
  const reading = withRetry(backend, { clock }).getInfo({ signal: controller.signal })
  await Promise.resolve()
  controller.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  expect(backend.calls).toHaveLength(1)
})
