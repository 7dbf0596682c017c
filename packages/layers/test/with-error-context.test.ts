import { LightningError, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { withErrorContext } from '../src/index.ts'
import { collect } from './collect.ts'
import { createRecordingBackend } from './recording-backend.ts'

const throwing = (error: unknown) =>
  withErrorContext(
    createRecordingBackend({
      getInfo: () => {
        throw error
      },
      'channels.list': () => {
        throw error
      },
      watch: () => {
        throw error
      },
    }),
  )

test('operation and kind are added', async () => {
  const backend = throwing(
    new LightningError({ code: 'no_route', message: 'none', sent: 'maybe', hint: 'wait' }),
  )
  await expect(backend.channels!.list({ limit: 1 })).rejects.toMatchObject({
    code: 'no_route',
    message: 'none',
    sent: 'maybe',
    hint: 'wait',
    operation: 'channels.list',
    backendKind: 'recording',
  })
  await expect(collect(backend.watch())).rejects.toMatchObject({ operation: 'watch' })
})

test('what is there already stays', async () => {
  const error = new LightningError({ code: 'internal', message: 'm', operation: 'inner', backendKind: 'lnd' })
  await expect(withErrorContext(throwing(error)).getInfo()).rejects.toMatchObject({
    operation: 'inner',
    backendKind: 'lnd',
  })
})

test('a foreign error becomes internal without its words', async () => {
  const cause = new Error('macaroon 0201 is wrong')
  const error = await throwing(cause)
    .getInfo()
    .catch((caught: unknown) => caught)
  expect(LightningError.is(error)).toBe(true)
  expect(error).toMatchObject({ code: 'internal', sent: 'maybe', cause })
  expect(String(error)).not.toContain('0201')
})

test("the reason of the caller's own signal passes as it is", async () => {
  const reason = new Error('enough')
  await expect(throwing(reason).getInfo({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('an answer passes as it is', async () => {
  const answer = { status: 'settled' }
  const backend = withErrorContext(createRecordingBackend({ payInvoice: () => answer }))
  expect(await backend.payInvoice({ invoice: '', maxFeeMsat: ZERO_MSAT })).toBe(answer)
})
