import { once } from 'node:events'
import { createManualClock } from '@lightning-mcp/backend-simulator'
import { msat, sat } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FakeEclair, type FakeEclairOptions, startFakeEclair } from '../src/index.ts'
import type { JsonObject } from '../src/json.ts'
import { ask, call } from './eclair-line.ts'
import { openStream } from './frames.ts'

interface Row {
  id: string
  parentId: string
  paymentType: string
  status: { type: string }
}

const opened: FakeEclair[] = []
let eclair: FakeEclair

const start = async (options: FakeEclairOptions = {}): Promise<FakeEclair> => {
  const fake = await startFakeEclair({ wrongPasswordDelayMs: 30, askTimeoutMs: 30, ...options })
  opened.push(fake)
  return fake
}
const invoiceOf = async (
  fake: FakeEclair,
  amountMsat = 10_000n,
): Promise<{ invoice: string; hash: string }> => {
  const made = await fake.network
    .wallet('hub')
    .createInvoice({ amountMsat: msat(amountMsat), expirySeconds: 3600 })
  return { invoice: made.invoice as string, hash: made.paymentHash }
}
const rows = async (fake: FakeEclair, form: Record<string, string>): Promise<readonly Row[]> =>
  (await call(fake, 'getsentinfo', form)).json as unknown as readonly Row[]
const statuses = (found: readonly Row[]): readonly string[] =>
  found.map(({ paymentType, status }) => `${paymentType} ${status.type}`)
const spendable = async (fake: FakeEclair): Promise<bigint> =>
  (await fake.network.wallet('alice').getBalance()).channelsMsat as bigint
/** Lets everything run that is due. */
const untilStopped = async (fake: FakeEclair): Promise<void> => {
  while (fake.script.stopped === 0) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(async () => {
  eclair = await start()
})
afterEach(async () => {
  vi.useRealTimers()
  for (const fake of opened.splice(0)) await fake.close()
})

describe('payments', () => {
  test('an invoice paid twice costs twice where somebody takes it', async () => {
    const fake = await start({ takesSecondPayments: true })
    const { invoice, hash } = await invoiceOf(fake)
    const before = await spendable(fake)
    for (const _ of ['once', 'twice'])
      expect((await ask(fake, 'payinvoice', { invoice, blocking: 'true' }))['type']).toBe('payment-sent')
    expect(await spendable(fake)).toBe(before - 20_000n)
    expect(fake.takenAgain(hash)).toBe(10_000n)
    expect(statuses(await rows(fake, { paymentHash: hash }))).toEqual(['Standard sent', 'Standard sent'])
  })

  test('two payments of one invoice at once cost twice, too', async () => {
    const fake = await start({ takesSecondPayments: true })
    const { invoice } = await invoiceOf(fake)
    const before = await spendable(fake)
    await Promise.all(['a', 'b'].map(() => call(fake, 'payinvoice', { invoice, blocking: 'true' })))
    expect(await spendable(fake)).toBe(before - 20_000n)
  })

  test('an honest recipient refuses the second payment', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    await call(eclair, 'payinvoice', { invoice, blocking: 'true' })
    const before = await spendable(eclair)
    expect((await ask(eclair, 'payinvoice', { invoice, blocking: 'true' }))['type']).toBe('payment-failed')
    expect(await spendable(eclair)).toBe(before)
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual(['Standard sent', 'Standard failed'])
  })

  test('a placeholder stands in until the first row, whose id is another', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    eclair.script.stopBeforeFirstHtlc()
    const id = (await call(eclair, 'payinvoice', { invoice })).json as string
    await untilStopped(eclair)
    const early = await rows(eclair, { paymentHash: hash })
    expect(early.map((row) => [row.id, row.parentId])).toEqual([[id, id]])
    expect(statuses(early)).toEqual(['placeholder pending'])
    eclair.script.release()
    await call(eclair, 'payinvoice', { invoice, blocking: 'true' })
    const [late] = await rows(eclair, { id })
    expect([late?.paymentType, late?.status.type, late?.parentId]).toEqual(['Standard', 'sent', id])
    expect(late?.id).not.toBe(id)
  })

  test('between two attempts every stored row reads failed', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    eclair.script.stopBetweenAttempts()
    await call(eclair, 'payinvoice', { invoice })
    await untilStopped(eclair)
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual([
      'placeholder pending',
      'Standard failed',
    ])
    eclair.script.hidePlaceholderOnce()
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual(['Standard failed'])
    eclair.script.release()
    await call(eclair, 'payinvoice', { invoice, blocking: 'true' })
    expect(statuses(await rows(eclair, { paymentHash: hash })).slice(0, 2)).toEqual([
      'Standard failed',
      'Standard sent',
    ])
  })

  test('the placeholder does not outlive a restart', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    eclair.script.stopBetweenAttempts()
    await call(eclair, 'payinvoice', { invoice })
    await untilStopped(eclair)
    eclair.restart()
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual(['Standard failed'])
  })

  test('more than a fixed invoice asks for is paid', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    const outcome = await ask(eclair, 'payinvoice', { invoice, amountMsat: 12_000, blocking: 'true' })
    expect([outcome['type'], outcome['recipientAmount']]).toEqual(['payment-sent', 12_000])
    const received = await eclair.network.wallet('hub').lookupInvoice({ paymentHash: hash as never })
    expect(received?.receivedMsat).toBe(12_000n)
  })

  test('a held payment outlives a blocking call', async () => {
    const { invoice, hash } = await invoiceOf(eclair)
    eclair.network.holdNextHtlc()
    const late = await call(eclair, 'payinvoice', { invoice, blocking: 'true' })
    expect(late.status).toBe(500)
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual(['Standard pending'])
    eclair.network.releaseHeldHtlcs('forward')
    const again = await ask(eclair, 'payinvoice', { invoice, blocking: 'true', timeoutSeconds: 60 })
    expect(again['type']).toBe('payment-failed')
    expect(statuses(await rows(eclair, { paymentHash: hash }))).toEqual(['Standard sent', 'Standard failed'])
  })

  test.each([
    { given: {}, fails: false },
    { given: { maxFeeFlatSat: 0 }, fails: false },
    { given: { maxFeePct: 0 }, fails: false },
    { given: { maxFeeFlatSat: 0, maxFeePct: 0 }, fails: true },
    { given: { maxFeeFlatSat: 1, maxFeePct: 0 }, fails: false },
  ])('of two fee limits either one suffices: $given', async ({ given, fails }) => {
    const { invoice } = await eclair.network
      .wallet('shop')
      .createInvoice({ amountMsat: msat(100_000n), expirySeconds: 60 })
    const outcome = await ask(eclair, 'payinvoice', {
      invoice: invoice as string,
      blocking: 'true',
      ...given,
    })
    expect(outcome['type']).toBe(fails ? 'payment-failed' : 'payment-sent')
  })
})

test('a field that Eclair does not know is ignored without a word', async () => {
  const answer = await call(eclair, 'createinvoice', { description: 'x', amountMSat: 1000 })
  expect([answer.status, (answer.json as JsonObject)['amount']]).toEqual([200, undefined])
  expect([...eclair.ignoredFields]).toEqual(['createinvoice.amountMSat'])
})

describe('lists', () => {
  test('without a window only the last day is listed', async () => {
    const clock = createManualClock(Date.now())
    const fake = await start({ clock })
    await call(fake, 'createinvoice', { description: 'old', amountMsat: 1000, expireIn: 1_000_000 })
    const { invoice } = await invoiceOf(fake)
    await call(fake, 'payinvoice', { invoice, blocking: 'true' })
    clock.advance(86_400_000 + 2000)
    expect((await call(fake, 'listinvoices')).json).toEqual([])
    expect((await call(fake, 'listpendinginvoices')).json).toEqual([])
    expect((await ask(fake, 'audit'))['sent']).toEqual([])
    expect((await call(fake, 'listinvoices', { from: 0 })).json).toHaveLength(1)
    expect((await ask(fake, 'audit', { from: 0 }))['sent']).toHaveLength(1)
  })

  test('pages are cut from the oldest on', async () => {
    for (const description of ['1', '2', '3', '4'])
      await call(eclair, 'createinvoice', { description, amountMsat: 1000 })
    const page = async (form: Record<string, number>): Promise<readonly unknown[]> =>
      ((await call(eclair, 'listinvoices', form)).json as readonly JsonObject[]).map(
        ({ description }) => description,
      )
    expect(await page({ count: 3 })).toEqual(['1', '2', '3'])
    expect(await page({ count: 3, skip: 3 })).toEqual(['4'])
    expect(await page({ skip: 1 })).toEqual(['2', '3', '4'])
  })
})

test('a long history of payments is listed page by page', async () => {
  const fake = await start({ clock: createManualClock(Date.now()) })
  fake.fillHistory({ sent: 10_000, received: 20, expired: 20 })
  const sent = async (form: Record<string, number>): Promise<readonly JsonObject[]> =>
    (await ask(fake, 'audit', form))['sent'] as readonly JsonObject[]
  const last = await sent({ from: 0, count: 100, skip: 9990 })
  expect(last.map(({ recipientAmount }) => recipientAmount)).toEqual(
    Array.from({ length: 10 }, (_, index) => 10_990 + index),
  )
  expect(await sent({ count: 10_000 })).toHaveLength(1440)
  const [row] = await rows(fake, { paymentHash: last[0]?.['paymentHash'] as string })
  expect(row?.status.type).toBe('sent')
  expect((await call(fake, 'listreceivedpayments')).json).toHaveLength(20)
  expect((await call(fake, 'listinvoices')).json).toHaveLength(40)
})

describe('the wire', () => {
  test('an event for a slow reader is dropped behind ten that wait', async () => {
    const stream = await openStream(eclair)
    const seen: string[] = []
    stream.on('message', (data) => seen.push(JSON.parse(String(data)).channelId))
    await eclair.streams.untilOpen()
    for (let index = 0; index < 50; index += 1)
      eclair.streams.publish({ type: 'channel-ready', channelId: String(index) })
    while (!seen.includes('10')) await once(stream, 'message')
    await eclair.streams.tellWhenOpen({ type: 'channel-ready', channelId: 'last' })
    while (!seen.includes('last')) await once(stream, 'message')
    expect(seen).toEqual([...Array.from({ length: 11 }, (_, index) => String(index)), 'last'])
    stream.terminate()
  })

  test('a stream is dropped after 61 s of silence, without a close frame', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stream = await openStream(eclair)
    await eclair.streams.untilOpen()
    const closed = once(stream, 'close')
    vi.advanceTimersByTime(60_999)
    expect(eclair.streams.count).toBe(1)
    vi.advanceTimersByTime(1)
    expect((await closed)[0]).toBe(1006)
  })

  test('a ping keeps a stream open', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stream = await openStream(eclair)
    await eclair.streams.untilOpen()
    for (let pings = 0; pings < 3; pings += 1) {
      vi.advanceTimersByTime(60_000)
      stream.ping()
      await once(stream, 'pong')
    }
    expect(eclair.streams.count).toBe(1)
    stream.terminate()
  })

  test('a stream needs the password', async () => {
    await expect(openStream({ url: eclair.url, password: 'wrong' })).rejects.toThrow('401')
  })

  test('a wrong password is refused late', async () => {
    const fake = await start({ wrongPasswordDelayMs: 120 })
    const begun = performance.now()
    expect((await call(fake, 'getinfo', {}, { authorization: null })).status).toBe(401)
    expect(performance.now() - begun).toBeGreaterThan(100)
  })

  test('amounts above 2^53 keep their digits', async () => {
    const fake = await start({
      topology: {
        nodes: [{ name: 'alice' }, { name: 'hub' }],
        channels: [{ between: ['alice', 'hub'], capacitySat: sat(100_000_000_000_057n), remoteSat: sat(0n) }],
      },
    })
    const response = await fetch(`${fake.url}/usablebalances`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`:${fake.password}`).toString('base64')}` },
    })
    expect(await response.text()).toContain('"canSend":99000000000057000,')
  })
})
