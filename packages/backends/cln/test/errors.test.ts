import { expect, test } from 'vitest'
import { mapClnError } from '../src/index.ts'
import { RpcFault } from '../src/transport.ts'
import { capture, captureNames } from './captured.ts'

const errors = captureNames().flatMap((name) => {
  const { error } = capture(name)
  return error === undefined ? [] : [[name, new RpcFault(error.code, error.message, error.data)] as const]
})

test('every captured error has its code of core', () => {
  const mapped = Object.fromEntries(errors.map(([name, fault]) => [name, mapClnError(fault).code]))
  expect(mapped).toMatchSnapshot()
})

test('every captured error tells what to do, and nothing that looks like a secret', () => {
  for (const [name, fault] of errors) {
    const { message, hint, backend } = mapClnError(fault)
    expect(hint, name).toBeTruthy()
    expect(`${message} ${hint} ${backend?.message}`, name).not.toMatch(/[0-9a-f]{40}/i)
  }
})

test('a fault of our own is internal', () => {
  expect(mapClnError(new TypeError('x is undefined'))).toMatchObject({ code: 'internal', sent: 'maybe' })
})

test.each([
  ['Not authorized: Missing rune', /^Give CLN_RUNE/],
  ['Not authorized: Not derived from master', /^Give a rune of this very node/],
])('%s is told with what to give', (message, hint) => {
  expect(mapClnError(new RpcFault(1501, message, null))).toMatchObject({
    code: 'unauthenticated',
    hint: expect.stringMatching(hint),
  })
})
