import { LightningError, msat, Secret, ZERO_MSAT } from '@lightning-mcp/core'
import { expect, test } from 'vitest'
import { type LogEntry, redact, withLogging } from '../src/index.ts'
import { createManualClock } from './manual-clock.ts'
import { createRecordingBackend } from './recording-backend.ts'

const CANARY = 'c0ffee11'.repeat(8)
/** As LND writes them: version 2, location `lnd`. */
const MACAROON = Buffer.from(`0201036c6e640201${CANARY}`, 'hex')

const places: readonly [string, unknown][] = [
  ...[
    'preimage',
    'paymentSecret',
    'payment_secret',
    'macaroon',
    'adminMacaroon',
    'rune',
    'secret',
    'password',
    'api-key',
    'adminkey',
    'inkey',
    'token',
    'privateKey',
    'authorization',
    'connectionString',
    'mnemonic',
  ].map((key): [string, unknown] => [key, { [key]: CANARY }]),
  ['a Secret', { value: new Secret(CANARY) }],
  ['a nested one', { a: [{ b: { preimage: CANARY } }] }],
  ['a text that repeats it', { preimage: CANARY, message: `wrong preimage ${CANARY}!` }],
  ['a connection uri', { url: `lndconnect://host:10009?macaroon=${CANARY}` }],
  ['a wallet connection', { url: `nostr+walletconnect://pub?secret=${CANARY}` }],
  ['a header', { text: `Bearer ${CANARY}` }],
  ['a macaroon in another field', { text: `no host ${MACAROON.toString('hex')}` }],
  ['a macaroon as base64', { text: `no host ${MACAROON.toString('base64')}` }],
  ['a password in an address', { url: `https://user:${CANARY}@node.example:8080/v1` }],
  ['bytes', { data: Buffer.from(CANARY) }],
]

test.each(places)('nothing of %s is logged', async (_what, value) => {
  const entries: LogEntry[] = []
  const backend = createRecordingBackend({
    payInvoice: () => value,
    getInfo: () => {
      throw new LightningError({ code: 'internal', message: JSON.stringify(value), cause: value })
    },
    getBalance: () => {
      throw new Error(CANARY)
    },
  })
  const wrapped = withLogging(backend, { log: (entry) => entries.push(entry), details: true })
  await wrapped.payInvoice({ invoice: 'lnbcrt1', maxFeeMsat: ZERO_MSAT, ...(value as object) })
  await wrapped.getBalance().catch(() => undefined)
  expect(entries).toHaveLength(2)
  expect(JSON.stringify(entries)).not.toContain(CANARY)
  expect(JSON.stringify(entries)).not.toContain(MACAROON.toString('base64').slice(12))
  expect(JSON.stringify(entries)).not.toContain(Buffer.from(CANARY).toJSON().data.slice(0, 8).join(','))
})

test('a secret of the request is taken out of the words of the error', async () => {
  const entries: LogEntry[] = []
  const backend = createRecordingBackend({
    'hold.settle': () => {
      throw new LightningError({ code: 'not_found', message: `no invoice for ${CANARY}` })
    },
  })
  const wrapped = withLogging(backend, { log: (entry) => entries.push(entry) })
  await wrapped.hold!.settle({ preimage: CANARY as never }).catch(() => undefined)
  expect(entries[0]?.error).toEqual({
    code: 'not_found',
    message: 'no invoice for [redacted]',
    sent: 'maybe',
    retry: 'after-delay',
  })
})

test('a call is one entry with outcome and duration', async () => {
  const clock = createManualClock()
  const entries: LogEntry[] = []
  const backend = createRecordingBackend({
    payInvoice: () => {
      clock.advance(12)
      return { status: 'settled', amountMsat: msat(5n) }
    },
  })
  const wrapped = withLogging(backend, { clock, details: true, log: (entry) => entries.push(entry) })
  await wrapped.payInvoice({ invoice: 'lnbcrt1', maxFeeMsat: ZERO_MSAT })
  await wrapped.getInfo()
  expect(entries).toEqual([
    {
      level: 'info',
      operation: 'payInvoice',
      backendKind: 'recording',
      durationMs: 12,
      outcome: 'settled',
      request: { invoice: 'lnbcrt1', maxFeeMsat: '0' },
      answer: { status: 'settled', amountMsat: '5' },
    },
    { level: 'debug', operation: 'getInfo', backendKind: 'recording', durationMs: 0, outcome: 'ok' },
  ])
})

test('details are off unless asked for', async () => {
  const entries: LogEntry[] = []
  const backend = createRecordingBackend({ getInfo: () => ({ alias: 'private' }) })
  await withLogging(backend, { log: (entry) => entries.push(entry) }).getInfo()
  expect(JSON.stringify(entries)).not.toContain('private')
})

test('a log that throws changes nothing', async () => {
  const backend = createRecordingBackend({ getInfo: () => 'info' })
  const log = () => {
    throw new Error('disk full')
  }
  expect(await withLogging(backend, { log }).getInfo()).toBe('info')
})

test('long texts and lists are cut', () => {
  const shown = redact({ text: 'x'.repeat(10_000), list: Array.from({ length: 1000 }, (_, index) => index) })
  expect(JSON.stringify(shown).length).toBeLessThan(700)
})
