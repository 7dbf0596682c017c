import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progressTo } from '../src/sdk/progress.ts'

type Context = Parameters<typeof progressTo>[0]

const contextOf = (
  progressToken: string | undefined,
  signal: AbortSignal,
  notify: (message: unknown) => Promise<void>,
) => ({ mcpReq: { _meta: { progressToken }, signal, notify } }) as unknown as Context

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('a client that did not ask gets no progress', () => {
  expect(progressTo(contextOf(undefined, new AbortController().signal, vi.fn()))).toBeUndefined()
})

test('a long wait tells the last state again until it ends', () => {
  const notify = vi.fn(async () => {})
  const progress = progressTo(contextOf('t', new AbortController().signal, notify))
  progress?.tell('sent')
  vi.advanceTimersByTime(21_000)
  progress?.end()
  vi.advanceTimersByTime(60_000)
  expect(notify.mock.calls).toEqual(
    [1, 2, 3].map((count) => [
      {
        method: 'notifications/progress',
        params: { progressToken: 't', progress: count, message: 'sent' },
      },
    ]),
  )
})

test('nothing is told to a client that has gone', () => {
  const notify = vi.fn(async () => {})
  const stop = new AbortController()
  const progress = progressTo(contextOf('t', stop.signal, notify))
  stop.abort()
  progress?.tell('sent')
  progress?.end()
  expect(notify).not.toHaveBeenCalled()
})

test('a notification that cannot be delivered harms nothing', async () => {
  const notify = vi.fn(() => Promise.reject(new Error('gone')))
  const progress = progressTo(contextOf('t', new AbortController().signal, notify))
  progress?.tell('sent')
  progress?.end()
  await expect(notify.mock.results[0]?.value).rejects.toThrow('gone')
})
