import type { LightningBackend, LightningEvent, WatchRequest } from '@lightning-mcp/core'

/**
 * The backend's events, after a `gap` that says: from here on the stream is live. What happened
 * between a caller's last look and that moment was missed, as after any break.
 */
export async function* watchFromNow(
  backend: LightningBackend,
  request: WatchRequest,
): AsyncIterable<LightningEvent> {
  const left = new AbortController()
  const signal = AbortSignal.any([left.signal, ...(request.signal === undefined ? [] : [request.signal])])
  const events = backend.watch({ ...request, signal })[Symbol.asyncIterator]()
  let next = events.next()
  // a stream that breaks at once is told when its event is asked for
  next.catch(() => {})
  try {
    yield { type: 'gap' }
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      yield value
      next = events.next()
    }
  } finally {
    // the reader may leave while an event is awaited
    left.abort()
    await events.return?.()
  }
}
