import { inspect } from 'node:util'
import { LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { ERROR_RULES } from '../src/error-rules.ts'
import { EclairFault } from '../src/errors.ts'
import { mapEclairError } from '../src/index.ts'
import { capture } from './support/captures.ts'

const system = (code: string, message = code): Error => Object.assign(new Error(message), { code })

const refusal = (name: string): EclairFault => {
  const { status, json } = capture(name)
  return new EclairFault({ kind: 'refused', status, text: (json as { error: string }).error, sent: true })
}

describe('faults of the wire', () => {
  test.each([
    {
      name: 'refused connection',
      kind: 'unreachable',
      cause: system('ECONNREFUSED'),
      sent: false,
      code: 'unavailable',
    },
    {
      name: 'unknown host',
      kind: 'unreachable',
      cause: system('ENOTFOUND'),
      sent: false,
      code: 'unavailable',
    },
    {
      name: 'self-signed certificate',
      kind: 'unreachable',
      cause: system('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
      sent: false,
      code: 'unauthenticated',
    },
    {
      name: 'plain http behind https',
      kind: 'unreachable',
      cause: system('EPROTO', 'wrong version number'),
      sent: false,
      code: 'unavailable',
    },
    { name: 'lost connection', kind: 'lost', cause: system('ECONNRESET'), sent: true, code: 'unavailable' },
    {
      name: 'no HTTP',
      kind: 'lost',
      cause: system('HPE_INVALID_CONSTANT'),
      sent: true,
      code: 'protocol_error',
    },
    { name: 'no answer in time', kind: 'timeout', sent: true, code: 'unavailable' },
    { name: 'endless answer', kind: 'too-long', sent: true, code: 'protocol_error' },
    { name: 'HTML', kind: 'unreadable', sent: true, code: 'protocol_error' },
  ] as const)('$name', ({ code, name: _, ...fault }) => {
    const error = mapEclairError(new EclairFault(fault))
    expect([error.code, error.sent]).toEqual([code, fault.sent ? 'maybe' : 'no'])
    expect(error.hint).toBeTruthy()
  })
})

describe('captured refusals', () => {
  test.each([
    { name: 'auth-wrong', code: 'unauthenticated' },
    { name: 'unknown-path', code: 'unsupported' },
    { name: 'networkfees-gone', code: 'unsupported' },
    { name: 'getreceivedinfo-unknown', code: 'not_found' },
    { name: 'getinvoice-unknown', code: 'not_found' },
    { name: 'node-unknown', code: 'not_found' },
    { name: 'channel-unknown', code: 'not_found' },
    { name: 'payinvoice-expired', code: 'invoice_expired' },
    { name: 'payinvoice-bad', code: 'invalid_request' },
    { name: 'deleteinvoice-paid', code: 'already_paid' },
    { name: 'findroutetonode-none', code: 'no_route' },
    { name: 'sendonchain-bad', code: 'invalid_request' },
    { name: 'createinvoice-preimage-again', code: 'unavailable' },
  ])('$name', ({ name, code }) => {
    const error = mapEclairError(refusal(name))
    expect(error.code).toBe(code)
    expect(error.backend?.code).toBe(String(capture(name).status))
  })

  test.each(ERROR_RULES.map((rule) => ({ ...rule })))('says what to do: $message', ({ message, hint }) => {
    expect(message).not.toMatch(/[.!]$/)
    expect(hint.length).toBeGreaterThan(10)
  })

  test('have texts that stay', () => {
    expect(ERROR_RULES.map(({ code, message, hint }) => `${code}: ${message} · ${hint}`)).toMatchSnapshot()
  })
})

describe('what is told', () => {
  test('holds no credential, hash or invoice', () => {
    const password = 'canary-of-the-owner'
    const hash = 'ab'.repeat(32)
    const fault = new EclairFault({
      kind: 'refused',
      status: 500,
      text: `no ${password}, no ${hash}, no lnbcrt1${'q'.repeat(200)}`,
      secrets: [password],
      sent: true,
    })
    const error = mapEclairError(fault)
    const told = inspect(error, { depth: 10, showHidden: true })
    expect(told).not.toContain(password)
    expect(told).not.toContain(hash)
    expect(told).not.toContain('qqqq')
    expect(error.backend?.message).toBe('no [redacted], no [redacted], no [redacted]')
  })

  test('keeps an error of core, and calls the rest our own fault', () => {
    const own = new LightningError({ code: 'not_found', message: 'x' })
    expect(mapEclairError(own)).toBe(own)
    expect(mapEclairError(new TypeError('x')).code).toBe('internal')
  })
})
