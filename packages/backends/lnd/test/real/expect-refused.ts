import { type ErrorCode, LightningError } from '@lightning-mcp/core'
import { expect } from 'vitest'

/** Throws an error with this code; its words say that nothing was sent. */
export async function expectRefused(call: () => Promise<unknown>, code: ErrorCode): Promise<LightningError> {
  const error = await call().then(
    (answer) => expect.unreachable(`${code} was expected, and the answer was ${String(answer)}`),
    (thrown: unknown) => thrown,
  )
  if (!LightningError.is(error)) throw error
  expect({ code: error.code, backend: error.backend, sent: error.sent }).toMatchObject({ code, sent: 'no' })
  return error
}
