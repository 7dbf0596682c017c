import {
  type LightningBackend,
  LightningError,
  msat,
  type Payment,
  type PaymentHash,
  preimage,
} from '@lightning-mcp/core'
import { type FakeEclair, startFakeEclair } from '@lightning-mcp/fake-eclair'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backendOver } from './harness/eclair-harness.ts'

const AMOUNT_MSAT = msat(5000n)
const opened: { close(): Promise<void> }[] = []
let eclair: FakeEclair

const open = async (): Promise<LightningBackend> => {
  const backend = backendOver(eclair)
  opened.push(backend)
  await backend.connect()
  return backend
}
const invoiceOf = async (name = 'hub'): Promise<{ invoice: string; paymentHash: PaymentHash }> => {
  const made = await eclair.network
    .wallet(name)
    .createInvoice({ amountMsat: AMOUNT_MSAT, expirySeconds: 600 })
  return { invoice: made.invoice as string, paymentHash: made.paymentHash }
}
const pay = (backend: LightningBackend, invoice: string, timeoutSeconds = 20): Promise<Payment> =>
  backend.payInvoice({ invoice, maxFeeMsat: msat(10_000n), timeoutSeconds })
/** Somebody else with the password, who looks nothing up. */
const payPastTheAdapter = async (invoice: string): Promise<unknown> => {
  const response = await fetch(`${eclair.url}/payinvoice`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`:${eclair.password}`).toString('base64')}` },
    body: new URLSearchParams({ invoice, blocking: 'true' }),
  })
  return response.json()
}
const held = async (): Promise<bigint> =>
  (await eclair.network.wallet('alice').getBalance()).channelsMsat as bigint
const untilStopped = async (): Promise<void> => {
  while (eclair.script.stopped === 0) await new Promise((resolve) => setImmediate(resolve))
}
const codeOf = async (call: Promise<Payment>): Promise<string> => {
  try {
    return (await call).status
  } catch (error) {
    return LightningError.is(error) ? error.code : String(error)
  }
}

beforeEach(async () => {
  eclair = await startFakeEclair({ takesSecondPayments: true })
  opened.push(eclair)
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

describe('money moves once', () => {
  test('where two calls of one process pay the same invoice at once', async () => {
    const backend = await open()
    const { invoice, paymentHash } = await invoiceOf()
    const before = await held()
    const answers = await Promise.all([codeOf(pay(backend, invoice)), codeOf(pay(backend, invoice))])
    expect(answers).toContain('settled')
    expect(await held()).toBe(before - AMOUNT_MSAT)
    expect(eclair.takenAgain(paymentHash)).toBe(0n)
  })

  test('where a second process pays what a first has paid', async () => {
    const { invoice } = await invoiceOf()
    expect((await pay(await open(), invoice)).status).toBe('settled')
    const before = await held()
    expect(await codeOf(pay(await open(), invoice))).toBe('already_paid')
    expect(await held()).toBe(before)
  })

  test('where a second process pays what a first has under way', async () => {
    const { invoice } = await invoiceOf()
    eclair.script.stopBeforeFirstHtlc()
    const first = pay(await open(), invoice)
    await untilStopped()
    expect(await codeOf(pay(await open(), invoice))).toBe('in_progress')
    eclair.script.release()
    expect((await first).status).toBe('settled')
  })

  test('where the answer was lost and the same is asked again', async () => {
    const backend = await open()
    const { invoice, paymentHash } = await invoiceOf()
    eclair.faults.loseReply()
    const before = await held()
    expect(['settled', 'pending', 'unknown']).toContain((await pay(backend, invoice)).status)
    expect(['already_paid', 'in_progress', 'settled']).toContain(await codeOf(pay(backend, invoice)))
    expect(await held()).toBe(before - AMOUNT_MSAT)
    expect(eclair.takenAgain(paymentHash)).toBe(0n)
  })
})

describe('a payment between two attempts is pending', () => {
  test('while a placeholder says so', async () => {
    const backend = await open()
    const { invoice, paymentHash } = await invoiceOf('shop')
    eclair.script.stopBetweenAttempts()
    const paying = pay(backend, invoice)
    await untilStopped()
    expect((await backend.lookupPayment({ paymentHash }))?.status).toBe('pending')
    eclair.script.release()
    expect((await paying).status).toBe('settled')
  })

  test('also where the placeholder is missing for a moment', async () => {
    const backend = await open()
    const { invoice, paymentHash } = await invoiceOf('shop')
    eclair.script.stopBetweenAttempts()
    const paying = pay(await open(), invoice)
    await untilStopped()
    eclair.script.hidePlaceholderOnce()
    expect((await backend.lookupPayment({ paymentHash }))?.status).toBe('pending')
    eclair.script.hidePlaceholderOnce()
    expect(await codeOf(pay(backend, invoice))).toBe('in_progress')
    eclair.script.release()
    expect((await paying).status).toBe('settled')
  })
})

test('a preimage that was used before is refused by name', async () => {
  await eclair.close()
  eclair = await startFakeEclair({ askTimeoutMs: 20 })
  opened.push(eclair)
  const backend = await open()
  const request = { amountMsat: AMOUNT_MSAT, expirySeconds: 600, preimage: preimage('33'.repeat(32)) }
  await backend.createInvoice(request)
  await expect(backend.createInvoice(request)).rejects.toMatchObject({ code: 'already_exists' })
})

test('a payment that was paid and refused once more is settled', async () => {
  await eclair.close()
  eclair = await startFakeEclair()
  opened.push(eclair)
  const backend = await open()
  const { invoice, paymentHash } = await invoiceOf()
  await pay(backend, invoice)
  expect(await payPastTheAdapter(invoice)).toMatchObject({ type: 'payment-failed' })
  expect((await backend.lookupPayment({ paymentHash }))?.status).toBe('settled')
  expect(await codeOf(pay(backend, invoice))).toBe('already_paid')
})

test('a connection that is cut while the HTLC is held leaves the payment open', async () => {
  const backend = await open()
  const { invoice, paymentHash } = await invoiceOf()
  eclair.network.holdNextHtlc()
  const paying = pay(backend, invoice, 60)
  while ((await backend.lookupPayment({ paymentHash }))?.status !== 'pending') await turn()
  eclair.cutConnections()
  expect(['pending', 'unknown']).toContain((await paying).status)
  eclair.network.releaseHeldHtlcs('forward')
  while ((await backend.lookupPayment({ paymentHash }))?.status !== 'settled') await turn()
})

test('a payment whose event Eclair dropped is told all the same, or a gap is', async () => {
  const backend = await open()
  const invoices = await Promise.all(
    Array.from({ length: 40 }, () => backend.createInvoice({ amountMsat: AMOUNT_MSAT, expirySeconds: 600 })),
  )
  const expected = new Set(invoices.map(({ paymentHash }) => paymentHash))
  const controller = new AbortController()
  const told = (async () => {
    for await (const event of backend.watch({ signal: controller.signal })) {
      if (event.type === 'gap') return 'gap'
      if (event.type === 'invoice-settled') expected.delete(event.invoice.paymentHash)
      if (expected.size === 0) return 'all'
    }
    return 'ended'
  })()
  await eclair.streams.untilOpen()
  const hub = eclair.network.wallet('hub')
  // all in one go: more than Eclair keeps for a stream
  await Promise.all(
    invoices.map(({ invoice }) => hub.payInvoice({ invoice: invoice as string, maxFeeMsat: msat(0n) })),
  )
  expect(eclair.streams.dropped).toBeGreaterThan(0)
  expect(['all', 'gap']).toContain(await told)
  controller.abort()
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
