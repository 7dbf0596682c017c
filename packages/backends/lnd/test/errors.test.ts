import { type ErrorCode, LightningError } from '@lightning-mcp/core'
import { describe, expect, test } from 'vitest'
import { ERROR_RULES } from '../src/error-rules.ts'
import { findErrorRule, mapLndError } from '../src/errors.ts'
import { NODE_ERROR_RULES } from '../src/node-error-rules.ts'

const grpc = (code: number, details: string) =>
  Object.assign(new Error(`${code} ${details}`), { code, details })

/** Texts as real LND v0.20.1-beta and grpc-js 1.14 gave them. */
const cases: readonly { name: string; given: [number, string]; expected: ErrorCode; unrecorded?: boolean }[] =
  [
    {
      name: 'nobody listens',
      given: [
        14,
        'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:10009. Resolution note: ',
      ],
      expected: 'unavailable',
      unrecorded: true,
    },
    { name: 'the connection broke', given: [14, 'Connection dropped'], expected: 'unavailable' },
    { name: 'a reset', given: [14, 'read ECONNRESET'], expected: 'unavailable' },
    {
      name: 'an unknown host',
      given: [14, 'Name resolution failed for target dns:nohost.invalid:1'],
      expected: 'unavailable',
      unrecorded: true,
    },
    {
      name: 'the REST port',
      given: [
        14,
        'No connection established. Last error: Protocol error (2026-11-22T20:57:26.888Z). Resolution note: ',
      ],
      expected: 'unavailable',
    },
    {
      name: 'a certificate of somebody else',
      given: [
        14,
        'No connection established. Last error: Error: self-signed certificate; if the root CA is installed locally',
      ],
      expected: 'unauthenticated',
    },
    {
      name: 'a certificate for another name',
      given: [14, "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames"],
      expected: 'unauthenticated',
    },
    { name: 'no answer in time', given: [4, 'Deadline exceeded'], expected: 'unavailable' },
    {
      name: 'a macaroon of another node',
      given: [2, 'verification failed: signature mismatch after caveat verification'],
      expected: 'unauthenticated',
      unrecorded: true,
    },
    {
      name: 'no macaroon',
      given: [2, 'expected 1 macaroon, got 0'],
      expected: 'unauthenticated',
      unrecorded: true,
    },
    {
      name: 'a weak macaroon',
      given: [2, 'permission denied'],
      expected: 'permission_denied',
      unrecorded: true,
    },
    {
      name: 'a locked wallet',
      given: [2, 'wallet locked, unlock it to enable full RPC access'],
      expected: 'not_ready',
      unrecorded: true,
    },
    {
      name: 'no wallet',
      given: [2, 'wallet not created, create one to enable full RPC access'],
      expected: 'not_ready',
      unrecorded: true,
    },
    {
      name: 'starting',
      given: [2, 'the RPC server is in the process of starting up, but not yet ready to accept calls'],
      expected: 'not_ready',
      unrecorded: true,
    },
    { name: 'paid before', given: [6, 'invoice is already paid'], expected: 'already_paid' },
    { name: 'being paid', given: [6, 'payment is in transition'], expected: 'in_progress' },
    { name: 'just begun', given: [6, 'payment already exists'], expected: 'in_progress' },
    {
      name: 'own invoice',
      given: [2, 'self-payments not allowed'],
      expected: 'self_payment',
      unrecorded: true,
    },
    {
      name: 'expired',
      given: [2, 'invoice expired. Valid until 2026-11-22 20:57:26 +0000 UTC'],
      expected: 'invoice_expired',
      unrecorded: true,
    },
    { name: 'no path', given: [2, 'unable to find a path to destination'], expected: 'no_route' },
    { name: 'too little', given: [2, 'insufficient local balance'], expected: 'insufficient_balance' },
    {
      name: 'a hash used before',
      given: [2, 'invoice with payment hash already exists'],
      expected: 'already_exists',
    },
    { name: 'no such invoice', given: [5, 'unable to locate invoice'], expected: 'not_found' },
    { name: 'nothing to settle', given: [2, 'invoice still open'], expected: 'not_found' },
    { name: 'settled before', given: [2, 'invoice already settled'], expected: 'already_paid' },
    { name: 'an unknown method', given: [12, 'unknown method TrackPayments'], expected: 'unsupported' },
    {
      name: 'garbage',
      given: [13, 'Response message parsing error: index out of range'],
      expected: 'protocol_error',
    },
    {
      name: 'a dead address of a peer',
      given: [2, 'dial tcp 127.0.0.1:9: connect: connection refused'],
      expected: 'unavailable',
    },
    { name: 'an unknown node', given: [5, 'unable to find node'], expected: 'not_found' },
    { name: 'an unknown channel', given: [2, 'edge not found'], expected: 'not_found' },
    {
      name: 'a foreign backup',
      given: [2, 'invalid multi channel backup: chacha20poly1305: message authentication failed'],
      expected: 'invalid_request',
    },
    { name: 'no watchtower client', given: [2, 'watchtower client not active'], expected: 'unsupported' },
    { name: 'an unknown tower', given: [2, 'tower not found'], expected: 'not_found' },
    {
      name: 'a CLTV delta',
      given: [2, 'time lock delta of 2 is too small, minimum supported is 18'],
      expected: 'invalid_request',
    },
    { name: 'anything else', given: [2, 'a text that LND may have tomorrow'], expected: 'protocol_error' },
  ]

describe('errors of LND', () => {
  test.each(cases)('$name is $expected', ({ given, expected, unrecorded }) => {
    const error = mapLndError(grpc(...given))
    expect(error.code).toBe(expected)
    expect(findErrorRule(grpc(...given))?.refusesUnrecorded ?? false).toBe(unrecorded ?? false)
  })

  test('every known one says what to do next', () => {
    for (const rule of [...NODE_ERROR_RULES, ...ERROR_RULES])
      expect(rule.hint.length, rule.message).toBeGreaterThan(10)
  })

  test('the texts are', () => {
    expect(ERROR_RULES.map(({ code, message, hint }) => `${code}: ${message}. ${hint}`)).toMatchSnapshot()
  })

  test('the texts about a node are', () => {
    expect(
      NODE_ERROR_RULES.map(({ code, message, hint }) => `${code}: ${message}. ${hint}`),
    ).toMatchSnapshot()
  })

  test('no secret of the answer is repeated', () => {
    const secret = 'ab'.repeat(32)
    const error = mapLndError(
      grpc(2, `cannot use preimage ${secret} or ${Buffer.from(secret).toString('base64')}`),
    )
    const text = JSON.stringify([error.message, error.hint, error.backend, error.stack])
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('base64'))
    expect(error.backend?.message).toContain('[redacted]')
  })

  test("an error of core's passes as it is", () => {
    const error = new LightningError({ code: 'no_route', message: 'none' })
    expect(mapLndError(error)).toBe(error)
  })
})
