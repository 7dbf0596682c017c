import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { encodeInvoice } from '@lightning-mcp/codec'
import { type LightningBackend, LightningError, msat, paymentHash } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEclairBackend } from '../src/index.ts'
import type { RawSentPart } from '../src/schemas.ts'
import { answered, capture } from './support/captures.ts'
import { type Answer, lost, ScriptedEclair, text } from './support/scripted-eclair.ts'

let eclair: ScriptedEclair
let backend: LightningBackend
let preimage: string
let hash: ReturnType<typeof paymentHash>

beforeEach(async () => {
  eclair = await ScriptedEclair.start()
  backend = createEclairBackend({ url: eclair.url, password: eclair.password })
  preimage = randomBytes(32).toString('hex')
  hash = paymentHash(createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex'))
})

afterEach(async () => {
  await backend.close()
  await eclair.stop()
})

const invoice = (amountMsat: bigint | null = 10_000n): string =>
  encodeInvoice(
    {
      network: 'regtest',
      paymentHash: hash,
      paymentSecret: '22'.repeat(32),
      ...(amountMsat === null ? {} : { amountMsat: msat(amountMsat) }),
      description: 'scripted',
      createdAt: Math.floor(Date.now() / 1000),
      expirySeconds: 600,
    },
    '11'.repeat(32),
  )

/** A captured row of getsentinfo, of this payment. */
function row(name: string, changes: Partial<RawSentPart> = {}): RawSentPart {
  const [part] = answered<RawSentPart[]>(name)
  const status = part!.status.type === 'sent' ? { ...part!.status, paymentPreimage: preimage } : part!.status
  return { ...part!, paymentHash: hash, status, ...changes }
}

const ID = randomUUID()
const placeholder = (parentId = ID) => row('getsentinfo-early', { id: parentId, parentId })
const sent = (parentId = ID) => row('getsentinfo-id', { id: randomUUID(), parentId })
const failed = (parentId = ID) => row('getsentinfo-again', { id: randomUUID(), parentId })
const rows = (...parts: readonly RawSentPart[]): Answer => ({ json: parts })

const pay = (changes: Partial<Parameters<LightningBackend['payInvoice']>[0]> = {}) =>
  backend.payInvoice({ invoice: invoice(), maxFeeMsat: msat(5999n), timeoutSeconds: 20, ...changes })

const thrown = async (call: Promise<unknown>): Promise<LightningError> => {
  const error = await call.then(
    (value) =>
      expect.fail(`answered ${JSON.stringify(value, (_k, v) => (typeof v === 'bigint' ? `${v}` : v))}`),
    (reason: unknown) => reason,
  )
  if (!LightningError.is(error)) throw error
  return error
}

describe('sending', () => {
  beforeEach(() => {
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(), rows(placeholder()), rows(sent()))
  })

  test('looks first, sends once, follows the parent', async () => {
    const asked = invoice()
    const payment = await pay({ invoice: asked })
    expect(payment).toMatchObject({
      paymentHash: hash,
      status: 'settled',
      amountMsat: 10_000n,
      feeMsat: 1002n,
      preimage,
      parts: 1,
      backendId: ID,
    })
    expect(payment.feeProvisional).toBeUndefined()
    expect(eclair.calls.filter(({ method }) => method !== 'getinfo')).toEqual([
      { method: 'getsentinfo', form: { paymentHash: hash } },
      { method: 'payinvoice', form: { invoice: asked, maxFeeFlatSat: '5', maxFeePct: '0' } },
      { method: 'getsentinfo', form: { id: ID } },
      { method: 'getsentinfo', form: { id: ID } },
    ])
  })

  test.each([
    { maxFeeMsat: 0n, sat: '0' },
    { maxFeeMsat: 999n, sat: '0' },
    { maxFeeMsat: 1000n, sat: '1' },
    { maxFeeMsat: 1999n, sat: '1' },
  ])('rounds a fee limit of $maxFeeMsat msat down', async ({ maxFeeMsat, sat }) => {
    await pay({ maxFeeMsat: msat(maxFeeMsat) })
    const { form } = eclair.calls.find(({ method }) => method === 'payinvoice')!
    expect(form).toMatchObject({ maxFeeFlatSat: sat, maxFeePct: '0' })
  })

  test('gives an amount only where the invoice has none', async () => {
    await pay({ invoice: invoice(null), amountMsat: msat(7_001n) })
    expect(eclair.calls.find(({ method }) => method === 'payinvoice')?.form.amountMsat).toBe('7001')
  })

  test('waits for the last part, so that the fee is final', async () => {
    const late = row('getsentinfo-early', { id: randomUUID(), parentId: ID, paymentType: 'Standard' })
    eclair.answer('getsentinfo', rows(), rows(sent(), late), rows(sent(), sent()))
    expect(await pay()).toMatchObject({ status: 'settled', amountMsat: 20_000n, feeMsat: 2004n, parts: 2 })
  })

  test('does not believe a preimage that does not prove it', async () => {
    const wrong = row('getsentinfo-id', {
      parentId: ID,
      status: answered<RawSentPart[]>('getsentinfo-id')[0]!.status,
    })
    eclair.answer('getsentinfo', rows(), rows(wrong))
    const payment = await pay()
    expect(payment.status).toBe('unknown')
    expect(payment.preimage).toBeUndefined()
    expect(payment.warnings?.[0]?.code).toBe('unproven')
  })
})

describe('refusing a second payment', () => {
  test.each([
    { name: 'paid', parts: () => [sent()], code: 'already_paid' },
    { name: 'paid, after a failure', parts: () => [failed(randomUUID()), sent()], code: 'already_paid' },
    { name: 'placeholder', parts: () => [placeholder()], code: 'in_progress' },
    { name: 'failed part, placeholder', parts: () => [placeholder(), failed()], code: 'in_progress' },
  ])('does not send: $name', async ({ parts, code }) => {
    eclair.answer('getsentinfo', rows(...parts()))
    const error = await thrown(pay())
    expect([error.code, error.sent, error.retry]).toEqual([code, 'no', 'never'])
    expect(eclair.count('payinvoice')).toBe(0)
  })

  test('does not believe a failure that is seen once', async () => {
    eclair.answer('getsentinfo', rows(failed()), rows(placeholder(), failed()))
    expect((await thrown(pay())).code).toBe('in_progress')
    expect(eclair.count('payinvoice')).toBe(0)
  })

  test('sends again what has failed twice over', async () => {
    const old = randomUUID()
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(failed(old)), rows(failed(old)), rows(sent()))
    expect((await pay()).status).toBe('settled')
    expect(eclair.count('payinvoice')).toBe(1)
  })

  test('sends once for two calls at a time', async () => {
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(), rows(placeholder()), rows(sent()))
    const [first, second] = await Promise.allSettled([pay(), pay()])
    expect(first.status).toBe('fulfilled')
    expect((second as PromiseRejectedResult).reason).toMatchObject({ code: 'in_progress', sent: 'no' })
    expect(eclair.count('payinvoice')).toBe(1)
  })

  test('sends once for two connections of one process', async () => {
    const other = createEclairBackend({ url: eclair.url, password: eclair.password })
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(), rows(placeholder()), rows(sent()))
    const second = other.payInvoice({ invoice: invoice(), maxFeeMsat: msat(0n) })
    const answers = await Promise.allSettled([pay(), second])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(eclair.count('payinvoice')).toBe(1)
    await other.close()
  })

  test('sends nothing without an answer to the look-up', async () => {
    eclair.answer('getsentinfo', text('<html>not Eclair</html>', 200, 'text/html'))
    const error = await thrown(pay())
    expect([error.code, error.sent]).toEqual(['unavailable', 'no'])
    expect(eclair.count('payinvoice')).toBe(0)
  })
})

describe('a failure', () => {
  beforeEach(() => eclair.answer('payinvoice', { json: ID }))

  test('is told when all parts have failed, twice', async () => {
    eclair.answer('getsentinfo', rows(), rows(failed()), rows(failed()))
    expect(await pay()).toMatchObject({
      status: 'failed',
      failure: { reason: 'recipient_rejected', sameHashRetryable: true },
    })
    expect(eclair.calls.at(-1)?.form).toEqual({ paymentHash: hash })
  })

  test('is none while Eclair may try again', async () => {
    eclair.answer(
      'getsentinfo',
      rows(),
      rows(failed()),
      rows(placeholder(), failed()),
      rows(sent(), failed()),
    )
    expect((await pay()).status).toBe('settled')
  })

  test('is none while another payment of the hash is under way', async () => {
    eclair.answer('getsentinfo', rows(), rows(failed()), rows(failed(), placeholder(randomUUID())))
    expect((await pay({ timeoutSeconds: 1 })).status).toBe('pending')
  })

  test('names no route', async () => {
    const none = row('getsentinfo-failed', { id: ID, parentId: ID })
    eclair.answer('getsentinfo', rows(), rows(none), rows(none))
    expect((await pay()).failure?.reason).toBe('no_route')
  })
})

describe('a lost reply', () => {
  test('is looked up by the hash, and never sent again', async () => {
    eclair.answer('payinvoice', lost)
    eclair.answer('getsentinfo', rows(), rows(placeholder()), rows(sent()))
    expect((await pay()).status).toBe('settled')
    expect(eclair.count('payinvoice')).toBe(1)
    expect(eclair.calls.at(-1)?.form).toEqual({ paymentHash: hash })
  })

  test('is not taken for an earlier failure of the hash', async () => {
    const old = failed(randomUUID())
    eclair.answer('payinvoice', lost)
    eclair.answer('getsentinfo', rows(old))
    expect((await pay({ timeoutSeconds: 1 })).status).toBe('unknown')
  })

  test('stays unknown where nothing is found, and is not sent anew at once', async () => {
    eclair.answer('payinvoice', lost)
    const payment = await pay({ timeoutSeconds: 1 })
    expect(payment).toEqual({ paymentHash: hash, status: 'unknown' })
    expect((await thrown(pay())).code).toBe('in_progress')
    expect(eclair.count('payinvoice')).toBe(1)
  })

  test('binds although an earlier payment of the hash has failed', async () => {
    const [old, lostId] = [failed(randomUUID()), randomUUID()]
    eclair.answer('payinvoice', lost)
    eclair.answer('getsentinfo', rows(old))
    await pay({ timeoutSeconds: 1 })
    expect(await backend.lookupPayment({ paymentHash: hash })).toEqual({
      paymentHash: hash,
      status: 'unknown',
    })
    expect((await thrown(pay())).code).toBe('in_progress')
    expect(eclair.count('payinvoice')).toBe(1)
    // it has turned up, and failed: nothing is left of it
    eclair.answer('getsentinfo', rows(old, failed(lostId)))
    expect((await backend.lookupPayment({ paymentHash: hash }))?.status).toBe('failed')
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(old, failed(lostId)), rows(old, failed(lostId)), rows(sent()))
    expect((await pay()).status).toBe('settled')
    expect(eclair.count('payinvoice')).toBe(2)
  })

  test.each<{ name: string; answer: Answer }>([
    { name: 'half of a JSON text', answer: text(`"${ID.slice(0, 9)}`) },
    { name: 'HTML', answer: text('<html></html>', 200, 'text/html') },
    { name: 'something else than an id', answer: { json: { type: 'payment-sent' } } },
    { name: 'status 500 with a text', answer: { json: { error: 'check logs' }, status: 500 } },
    { name: 'status 400 with a text not known', answer: { json: { error: 'check logs' }, status: 400 } },
    { name: 'status 502 of a proxy', answer: text('bad gateway', 502) },
  ])('or $name is looked up', async ({ answer }) => {
    eclair.answer('payinvoice', answer)
    eclair.answer('getsentinfo', rows(), rows(sent()))
    expect((await pay()).status).toBe('settled')
    expect(eclair.count('payinvoice')).toBe(1)
  })

  test.each([
    { name: 'payinvoice-expired', code: 'invoice_expired' },
    { name: 'payinvoice-bad', code: 'invalid_request' },
    { name: 'auth-wrong', code: 'unauthenticated' },
    { name: 'unknown-path', code: 'unsupported' },
  ])('is none where Eclair refused to read it: $name', async ({ name, code }) => {
    eclair.answer('payinvoice', capture(name))
    const error = await thrown(pay())
    expect([error.code, error.sent]).toEqual([code, 'no'])
    expect(eclair.count('getsentinfo')).toBe(1)
  })

  test('a connection that is refused is unavailable, and nothing was sent', async () => {
    await backend.connect()
    await eclair.stop()
    const error = await thrown(pay())
    expect([error.code, error.sent]).toEqual(['unavailable', 'no'])
  })
})

describe('waiting', () => {
  beforeEach(() => {
    eclair.answer('payinvoice', { json: ID })
    eclair.answer('getsentinfo', rows(), rows(placeholder()))
  })

  test('ends with the time-out, pending', async () => {
    expect((await pay({ timeoutSeconds: 1 })).status).toBe('pending')
  })

  test('ends with the caller, unknown', async () => {
    const controller = new AbortController()
    const paying = pay({ signal: controller.signal, timeoutSeconds: 60 })
    while (eclair.count('payinvoice') === 0) await backend.getInfo()
    controller.abort(new Error('gone'))
    expect((await paying).status).toBe('unknown')
  })

  test('ends when the connection breaks, after one more look', async () => {
    const paying = pay({ timeoutSeconds: 60 })
    while (eclair.count('getsentinfo') < 2) await new Promise((resolve) => setImmediate(resolve))
    eclair.cut()
    expect((await paying).status).toBe('pending')
  })

  test('does not begin for a caller who has gone already', async () => {
    const error = await thrown(pay({ signal: AbortSignal.abort(new Error('gone')) }))
    expect([error.code, error.sent]).toEqual(['unavailable', 'no'])
    expect(eclair.count('payinvoice')).toBe(0)
  })
})

describe('a look-up', () => {
  test('adds the parts up', async () => {
    eclair.answer('getsentinfo', rows(sent(), sent(), failed()))
    expect(await backend.lookupPayment({ paymentHash: hash })).toMatchObject({
      status: 'settled',
      amountMsat: 20_000n,
      feeMsat: 2004n,
      parts: 2,
    })
  })

  test('calls a fee provisional while a part is pending', async () => {
    eclair.answer('getsentinfo', rows(placeholder(), sent()))
    expect(await backend.lookupPayment({ paymentHash: hash })).toMatchObject({
      status: 'settled',
      amountMsat: 10_000n,
      feeProvisional: true,
    })
  })

  test('tells nothing where nothing is stored', async () => {
    expect(await backend.lookupPayment({ paymentHash: hash })).toBeUndefined()
  })

  test('does not believe an answer about another hash', async () => {
    eclair.answer('getsentinfo', { json: answered('getsentinfo-id') })
    expect((await thrown(backend.lookupPayment({ paymentHash: hash }))).code).toBe('protocol_error')
  })

  test('refuses to be answered by another node after a break', async () => {
    await backend.connect()
    eclair.cut()
    eclair.answer('getinfo', {
      json: { ...answered<object>('getinfo'), nodeId: `03${'ab'.repeat(32)}` },
    })
    await expect(backend.lookupPayment({ paymentHash: hash })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    const error = await thrown(pay())
    expect([error.code, error.sent]).toEqual(['unauthenticated', 'no'])
    const send = backend.keysend!.send({
      destination: answered<{ nodeId: string }>('getinfo').nodeId as never,
      amountMsat: msat(1n),
      maxFeeMsat: msat(0n),
      preimage: '00'.repeat(32) as never,
    })
    await expect(send).rejects.toMatchObject({ code: 'unauthenticated', sent: 'no' })
    expect(eclair.count('payinvoice') + eclair.count('sendtonode')).toBe(0)
  })
})
