import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { encodeInvoice } from '@lightning-mcp/codec'
import { LightningError, msat, paymentHash } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLndBackend } from '../src/index.ts'
import type { RawPayment } from '../src/schemas.ts'
import { fixture } from './fixtures.ts'
import { refuse, ScriptedLnd } from './harness/scripted-lnd.ts'

const macaroons = fixture<Record<string, string>>('macaroons')
const certFile = join(import.meta.dirname, 'fixtures', 'proxy.cert')
const secret = Buffer.alloc(32, 7)
const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))

let lnd: ScriptedLnd
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  lnd = await new ScriptedLnd().start()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.close()))
  lnd.stop()
})

function open(macaroon = macaroons['admin']!) {
  const backend = createLndBackend({ socket: lnd.socket, certFile, macaroon })
  opened.push(backend)
  return backend
}

const invoice = (): string =>
  encodeInvoice(
    {
      network: 'regtest',
      paymentHash: hash,
      paymentSecret: '22'.repeat(32),
      amountMsat: msat(100_000n),
      description: 'scripted',
      createdAt: Math.floor(Date.now() / 1000),
      expirySeconds: 600,
    },
    '11'.repeat(32),
  )

const payment = (changes: Partial<RawPayment> = {}): RawPayment => ({
  ...fixture<Record<string, RawPayment>>('payments')['settled']!,
  payment_hash: hash,
  payment_preimage: secret.toString('hex'),
  payment_request: '',
  value_msat: '100000',
  ...changes,
})

const pay = async (backend = open(), signal?: AbortSignal) =>
  backend.payInvoice({
    invoice: invoice(),
    maxFeeMsat: msat(1000n),
    timeoutSeconds: 1,
    ...(signal === undefined ? {} : { signal }),
  })

describe('paying', () => {
  test('a settled payment takes one call', async () => {
    lnd.onStream('sendPayment', (stream) => {
      stream.write(payment())
      stream.end()
    })
    expect(await pay()).toMatchObject({ status: 'settled', feeMsat: 1000n })
    expect(
      lnd.calls.filter((call) => !['getState', 'getInfo', 'listChannels', 'towerStats'].includes(call)),
    ).toEqual(['sendPayment'])
  })

  test('the limits are always said', async () => {
    let request: Record<string, unknown> = {}
    lnd.onStream('sendPayment', (stream) => {
      request = stream.request
      stream.write(payment())
      stream.end()
    })
    await pay()
    expect(request).toMatchObject({
      fee_limit_msat: '1000',
      timeout_seconds: 1,
      no_inflight_updates: true,
      allow_self_payment: false,
      cancelable: false,
    })
  })

  test('a stream that breaks is looked up', async () => {
    lnd.onStream('sendPayment', () => {
      throw refuse(14, 'Connection dropped')
    })
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment())
      stream.end()
    })
    expect(await pay()).toMatchObject({ status: 'settled' })
    expect(lnd.count('sendPayment')).toBe(1)
  })

  test('not found after a broken stream proves nothing', async () => {
    lnd.onStream('sendPayment', () => {
      throw refuse(14, 'Connection dropped')
    })
    lnd.onStream('trackPayment', () => {
      throw refuse(5, "payment isn't initiated")
    })
    expect(await pay()).toEqual({ status: 'unknown', paymentHash: hash })
    expect(lnd.count('sendPayment')).toBe(1)
  })

  test('a failed record of an earlier attempt is not taken for this one', async () => {
    lnd.onStream('sendPayment', () => {
      throw refuse(14, 'Connection dropped')
    })
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment({ status: 'FAILED', failure_reason: 'FAILURE_REASON_NO_ROUTE' }))
      stream.end()
    })
    const backend = open()
    expect(await pay(backend)).toEqual({ status: 'unknown', paymentHash: hash })
    expect(await backend.lookupPayment({ paymentHash: hash })).toMatchObject({ status: 'failed' })
  })

  test('an error that is not known is not called failed', async () => {
    lnd.onStream('sendPayment', () => {
      throw refuse(2, 'database is on fire')
    })
    lnd.onStream('trackPayment', () => {
      throw refuse(2, 'database is on fire')
    })
    expect(await pay()).toMatchObject({ status: 'unknown' })
  })

  test('a stream that ends without a word is looked up', async () => {
    lnd.onStream('sendPayment', (stream) => {
      stream.end()
    })
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment({ status: 'IN_FLIGHT' }))
    })
    expect(await pay()).toMatchObject({ status: 'pending' })
  })

  test('a held payment is pending once its time is over', async () => {
    lnd.onStream('sendPayment', () => {})
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment({ status: 'IN_FLIGHT' }))
    })
    expect(await pay()).toMatchObject({ status: 'pending' })
  })

  test('an abort leaves it unknown and closes the stream', async () => {
    const controller = new AbortController()
    const closed = new Promise<void>((resolve) => {
      lnd.onStream('sendPayment', (stream) => {
        stream.on('cancelled', resolve)
        controller.abort()
      })
    })
    expect(await pay(open(), controller.signal)).toEqual({ status: 'unknown', paymentHash: hash })
    await closed
    expect(lnd.count('trackPayment')).toBe(0)
  })

  test('an abort before sending sends nothing', async () => {
    const backend = open()
    await backend.connect()
    await expect(pay(backend, AbortSignal.abort())).rejects.toMatchObject({ sent: 'no', retry: 'safe' })
    expect(lnd.count('sendPayment')).toBe(0)
  })

  test('an answer about another payment is not believed', async () => {
    lnd.onStream('sendPayment', (stream) => {
      stream.write(payment({ payment_hash: 'ab'.repeat(32), status: 'FAILED' }))
      stream.end()
    })
    lnd.onStream('trackPayment', () => {
      throw refuse(5, "payment isn't initiated")
    })
    expect(await pay()).toMatchObject({ status: 'unknown' })
  })

  test('a preimage that proves nothing is not believed', async () => {
    lnd.onStream('sendPayment', (stream) => {
      stream.write(payment({ payment_preimage: '00'.repeat(32) }))
      stream.end()
    })
    expect(await pay()).toMatchObject({ status: 'unknown', warnings: [{ code: 'unproven' }] })
  })

  test('FAILED is final', async () => {
    lnd.onStream('sendPayment', (stream) => {
      stream.write(payment({ status: 'FAILED', failure_reason: 'FAILURE_REASON_TIMEOUT' }))
      stream.end()
    })
    expect(await pay()).toMatchObject({
      status: 'failed',
      failure: { reason: 'timeout', sameHashRetryable: true },
    })
    expect(lnd.count('trackPayment')).toBe(0)
  })

  const guarded = [
    { text: 'invoice is already paid', status: 'SUCCEEDED', code: 'already_paid' },
    { text: 'payment is in transition', status: 'IN_FLIGHT', code: 'in_progress' },
    { text: 'payment already exists', status: 'IN_FLIGHT', code: 'in_progress' },
    { text: 'some new wording', status: 'SUCCEEDED', code: 'already_paid' },
  ]
  test.each(guarded)('"$text" is $code and nothing was sent', async ({ text, status, code }) => {
    lnd.onStream('sendPayment', () => {
      throw refuse(6, text)
    })
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment({ status }))
      stream.end()
    })
    await expect(pay()).rejects.toMatchObject({ code, sent: 'no' })
  })

  const refusals = [
    { text: 'self-payments not allowed', code: 'self_payment' },
    { text: 'permission denied', code: 'permission_denied' },
    { text: 'wallet locked, unlock it to enable full RPC access', code: 'not_ready' },
    { text: 'verification failed: signature mismatch', code: 'unauthenticated' },
  ]
  test.each(refusals)('"$text" proves by itself that nothing was sent', async ({ text, code }) => {
    lnd.onStream('sendPayment', () => {
      throw refuse(2, text)
    })
    lnd.onStream('trackPayment', () => {
      throw refuse(5, "payment isn't initiated")
    })
    await expect(pay()).rejects.toMatchObject({ code, sent: 'no' })
  })

  test('a refusal does not hide a payment that LND knows', async () => {
    lnd.onStream('sendPayment', () => {
      throw refuse(2, 'invoice expired. Valid until yesterday')
    })
    lnd.onStream('trackPayment', (stream) => {
      stream.write(payment({ status: 'IN_FLIGHT' }))
    })
    expect(await pay()).toMatchObject({ status: 'pending' })
  })

  test('a node that is down throws before sending', async () => {
    const backend = open()
    await backend.connect()
    lnd.stop()
    await expect(pay(backend)).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  })

  test('a malformed invoice reaches no wire', async () => {
    const backend = open()
    await backend.connect()
    const before = lnd.calls.length
    await expect(
      backend.payInvoice({ invoice: 'lnbcrt1nonsense', maxFeeMsat: msat(0n) }),
    ).rejects.toMatchObject({
      code: 'invalid_invoice',
    })
    expect(lnd.calls).toHaveLength(before)
  })
})

describe('connecting', () => {
  test.each(['LOCKED', 'NON_EXISTING', 'WAITING_TO_START', 'UNLOCKED'])('%s is not ready', async (state) => {
    lnd.on('getState', () => ({ state }))
    await expect(open().connect()).rejects.toMatchObject({ code: 'not_ready' })
    expect(lnd.macaroons.size).toBe(0)
  })

  test('a server without the state service is taken as it is', async () => {
    lnd.on('getState', () => {
      throw refuse(12, 'unknown service lnrpc.State')
    })
    expect((await open().connect()).identity.network).toBe('regtest')
  })

  test('a macaroon without info:read is explained', async () => {
    await expect(open(macaroons['bundledInvoice']!).connect()).rejects.toMatchObject({
      code: 'permission_denied',
      hint: expect.stringContaining('lncli bakemacaroon info:read'),
    })
  })

  test('a macaroon that ran out is explained without asking LND', async () => {
    await expect(open(macaroons['untilYear2020']!).connect()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('2020-01-01'),
    })
    expect(lnd.macaroons.size).toBe(0)
  })

  test('an LND that is too old is named', async () => {
    lnd.on('getInfo', () => ({ ...fixture<object>('info'), version: '0.17.5-beta commit=v0.17.5-beta' }))
    await expect(open().connect()).rejects.toMatchObject({
      code: 'unsupported',
      message: 'LND 0.17.5-beta is too old',
    })
  })

  test('a receive-only macaroon refuses to pay without a wire call', async () => {
    const backend = open(macaroons['receiveOnly']!)
    const profile = await backend.connect()
    expect(profile.permissions).toMatchObject({ receive: 'granted', send: 'denied' })
    expect(backend.onchain).toBeUndefined()
    const before = lnd.calls.length
    await expect(pay(backend)).rejects.toMatchObject({ code: 'permission_denied', sent: 'no' })
    expect(lnd.calls).toHaveLength(before)
  })

  test('a closed backend says so', async () => {
    const backend = open()
    await backend.connect()
    await backend.close()
    await backend.close()
    const error = await backend.getInfo().catch((reason: unknown) => reason)
    expect(LightningError.is(error) && error.code).toBe('unavailable')
  })

  test('another node at the same address is asked for nothing', async () => {
    const backend = open()
    await backend.connect()
    const { port } = lnd
    lnd.stop()
    lnd = await new ScriptedLnd().start(port)
    lnd.on('getInfo', () => ({ ...fixture<object>('info'), identity_pubkey: `02${'ab'.repeat(32)}` }))
    lnd.onStream('trackPayment', () => {
      throw refuse(5, 'payment isn’t initiated')
    })
    // notices that the first has gone
    await backend.getInfo().catch(() => undefined)
    const answers = await Promise.allSettled([
      pay(backend),
      backend.lookupPayment({ paymentHash: hash }),
      backend.connect(),
    ])
    for (const answer of answers)
      expect(answer).toMatchObject({ reason: { code: 'unauthenticated', sent: 'no' } })
    await expect(pay(backend)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(lnd.count('sendPayment') + lnd.count('trackPayment')).toBe(0)
  })

  test('calls at once share one connection attempt', async () => {
    const backend = open()
    await Promise.all([backend.getInfo(), backend.getInfo(), backend.getInfo()])
    expect(lnd.count('getState')).toBe(1)
  })
})

describe('events', () => {
  test('what settled during a break is told once, after a gap', async () => {
    const { open: created, settled } = fixture<Record<string, object>>('invoices') as Record<
      string,
      { r_hash: Buffer; add_index: string; settle_index: string; creation_date: string }
    >
    const now = String(Math.floor(Date.now() / 1000))
    const other = { ...settled!, settle_index: '8', add_index: '41', creation_date: now }
    const requests: Record<string, unknown>[] = []
    lnd.onStream('subscribeInvoices', (stream) => {
      requests.push(stream.request)
      if (requests.length === 1) {
        stream.write({ ...settled!, settle_index: '7', add_index: '40', creation_date: now })
        throw refuse(14, 'Connection dropped')
      }
      // LND tells it twice: among the added ones, in the state it has by now, and among the settled
      stream.write({ ...created!, add_index: '42', creation_date: now })
      stream.write(other)
      stream.write(other)
      stream.write({ ...other, settle_index: '9', add_index: '43', r_hash: Buffer.alloc(32, 1) })
    })
    const told: string[] = []
    const backend = open()
    await backend.connect()
    for await (const event of backend.watch()) {
      told.push(
        event.type === 'invoice-settled'
          ? `${event.type} ${event.invoice.paymentHash.slice(0, 4)}`
          : event.type,
      )
      if (told.length === 5) break
    }
    const first = (settled as { r_hash: Buffer }).r_hash.toString('hex').slice(0, 4)
    expect(told).toEqual([
      `invoice-settled ${first}`,
      'gap',
      'invoice-created',
      `invoice-settled ${first}`,
      'invoice-settled 0101',
    ])
    expect(requests[1]).toMatchObject({ add_index: '40', settle_index: '7' })
  })

  test('a credential that is refused ends the stream with its error', async () => {
    lnd.onStream('subscribeInvoices', () => {
      throw refuse(2, 'verification failed: signature mismatch')
    })
    lnd.onStream('trackPayments', () => {})
    const events = open().watch()[Symbol.asyncIterator]()
    await expect(events.next()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('an LND without TrackPayments still tells of invoices', async () => {
    lnd.onStream('subscribeInvoices', (stream) => {
      stream.write({
        ...fixture<Record<string, object>>('invoices')['open']!,
        creation_date: String(Math.floor(Date.now() / 1000)),
      })
    })
    const events = open().watch()[Symbol.asyncIterator]()
    expect((await events.next()).value).toMatchObject({ type: 'invoice-created' })
    await events.return?.()
  })
})
