import { randomBytes } from 'node:crypto'
import { createManualClock, createSimulatedNetwork, type ManualClock } from '@lightning-mcp/backend-simulator'
import { sat } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeCln, type FakeClnOptions, startFakeCln } from '../src/index.ts'
import { dial } from './connect.ts'

const TWO_DAYS_MS = 172_800_000
const HISTORY = 10_000

let clock: ManualClock
let a: FakeCln
let b: FakeCln

async function open(options: FakeClnOptions = {}): Promise<void> {
  clock = createManualClock(Date.UTC(2026, 10, 22))
  const seed = randomBytes(16).toString('hex')
  const network = createSimulatedNetwork({
    seed,
    clock,
    topology: {
      nodes: [{ name: 'alice', onchainSat: sat(1_000_000n) }, { name: 'hub' }],
      channels: [
        { between: ['alice', 'hub'], capacitySat: sat(1_000_000n) },
        { between: ['alice', 'hub'], capacitySat: sat(1_000_000n) },
      ],
    },
  })
  a = await startFakeCln({ network: { network, seed }, clock, ...options })
  b = await startFakeCln({ network: { network, seed }, clock, node: 'hub' })
}

beforeEach(() => open())
afterEach(async () => {
  await Promise.all([a.close(), b.close()])
  a.network.close()
})

const invoiceOf = async (
  fake: FakeCln,
  amountMsat: number,
): Promise<{ bolt11: string; payment_hash: string }> =>
  (await fake.call('invoice', {
    amount_msat: amountMsat,
    label: randomBytes(8).toString('hex'),
    description: 'd',
  })) as { bolt11: string; payment_hash: string }

const statesOf = async (hash: string): Promise<unknown[]> => {
  const { payments } = (await a.call('listsendpays', { payment_hash: hash })) as {
    payments: { status: string }[]
  }
  return payments.map(({ status }) => status)
}

/** A payment that the other side holds, on a connection of its own. */
async function held(): Promise<{
  hash: string
  bolt11: string
  line: ReturnType<typeof dial>
  reply: Promise<string>
}> {
  const { bolt11, payment_hash: hash } = await invoiceOf(b, 2000)
  a.network.holdNextHtlc({ node: 'hub' })
  const line = dial(a.socketPath)
  const reply = line.ask('xpay', { invstring: bolt11, retry_for: 3 })
  await line.ask('getinfo')
  return { hash, bolt11, line, reply }
}

describe('payments', () => {
  test('go on when whoever asked hangs up', async () => {
    const { hash, line } = await held()
    line.socket.destroy()
    expect(await statesOf(hash)).toEqual(['pending'])
    a.network.releaseHeldHtlcs('forward')
    expect(await statesOf(hash)).toEqual(['complete'])
  })

  test('wait for a held part beyond retry_for', async () => {
    const { reply, line } = await held()
    clock.advance(3_600_000)
    a.network.releaseHeldHtlcs('forward')
    expect(JSON.parse(await reply)).toHaveProperty('result.successful_parts', 1)
    line.socket.destroy()
  })

  test('may be called failed while a part is pending', async () => {
    a.faults.failWhileHeld()
    const { hash, reply, line } = await held()
    expect(JSON.parse(await reply)).toHaveProperty('error.code', 209)
    expect(await statesOf(hash)).toEqual(['pending'])
    a.network.releaseHeldHtlcs('forward')
    expect(await statesOf(hash)).toEqual(['complete'])
    line.socket.destroy()
  })

  test('may succeed while a part is pending', async () => {
    a.faults.leavePartsPending(1)
    const { bolt11, payment_hash: hash } = await invoiceOf(b, 600_000_000)
    await a.call('xpay', { invstring: bolt11 })
    expect((await statesOf(hash)).sort()).toEqual(['complete', 'pending'])
    a.faults.finishParts()
    expect(await statesOf(hash)).toEqual(['complete', 'complete'])
  })

  test('may have failed rows alone while they go on', async () => {
    const { failPart, goOn } = a.faults.pauseBetweenParts()
    const { bolt11, payment_hash: hash } = await invoiceOf(b, 2000)
    const paying = a.call('xpay', { invstring: bolt11 })
    await a.call('getinfo')
    expect(await statesOf(hash)).toEqual(['pending'])
    failPart()
    await a.call('getinfo')
    expect(await statesOf(hash)).toEqual(['failed'])
    goOn()
    await paying
    expect(await statesOf(hash)).toEqual(['failed', 'complete'])
  })

  test('that failed may be tried again in a new group', async () => {
    const { bolt11, hash, reply, line } = await held()
    a.network.releaseHeldHtlcs('fail')
    expect(JSON.parse(await reply)).toHaveProperty('error.code', 203)
    line.socket.destroy()
    await a.call('xpay', { invstring: bolt11 })
    const { pays } = (await a.call('listpays', { payment_hash: hash })) as { pays: { status: string }[] }
    expect(pays.map(({ status }) => status)).toEqual(['failed', 'complete'])
  })

  test('have group ids that a double would round', async () => {
    const { bolt11, payment_hash: hash } = await invoiceOf(b, 2000)
    await a.call('xpay', { invstring: bolt11 })
    const line = dial(a.socketPath)
    const text = await line.ask('listsendpays', { payment_hash: hash })
    line.socket.destroy()
    const [, digits = ''] = /"groupid":(\d+)/.exec(text) ?? []
    expect(BigInt(digits)).toBe(a.node.payments.groups(hash)[0]?.groupId)
    expect(BigInt(digits)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
  })
})

describe('a close that the peer does not agree to', () => {
  const channelOf = async (): Promise<string> => {
    const { channels } = (await a.call('listpeerchannels')) as { channels: { channel_id: string }[] }
    return channels[0]?.channel_id ?? ''
  }

  test('becomes a forced one after two days by default', async () => {
    const id = await channelOf()
    a.network.setPeerOnline('hub', false)
    const closing = a.call('close', { id })
    await a.call('getinfo')
    clock.advance(TWO_DAYS_MS)
    expect(await closing).toHaveProperty('type', 'unilateral')
  })

  test('waits for ever where the time-out is zero', async () => {
    const id = await channelOf()
    a.network.setPeerOnline('hub', false)
    const closing = a.call('close', { id, unilateraltimeout: 0 })
    await a.call('getinfo')
    clock.advance(10 * TWO_DAYS_MS)
    a.network.setPeerOnline('hub', true)
    expect(await closing).toHaveProperty('type', 'mutual')
  })
})

describe('runes', () => {
  const allowed = (rune: string, method: string, params: unknown = {}): Promise<unknown> =>
    a.call('checkrune', { rune, method, params })

  test.each([
    { lines: [['method=xpay'], ['pnameamountmsat<10001']], params: { amount_msat: 10_000 }, may: true },
    { lines: [['method=xpay'], ['pnameamountmsat<10001']], params: { amount_msat: 10_001 }, may: false },
    { lines: [['method=xpay'], ['pnameamountmsat<10001']], params: {}, may: false },
    { lines: [['method^x'], ['time<1900000000']], params: {}, may: true },
    { lines: [['method^x'], ['time<1000000000']], params: {}, may: false },
    { lines: [['method/xpay']], params: {}, may: false },
    { lines: [['method=pay', 'method$pay']], params: {}, may: true },
    { lines: [['pnum=0']], params: { a: 1 }, may: false },
    { lines: [['pnamelabel!']], params: {}, may: true },
  ])('$lines of a call with $params: $may', async ({ lines, params, may }) => {
    const asked = allowed(a.createRune(lines), 'xpay', params)
    if (may) expect(await asked).toEqual({ valid: true })
    else await expect(asked).rejects.toMatchObject({ code: 1502 })
  })

  test('run out by their rate and come back by the clock', async () => {
    const rune = a.createRune([['rate=2']])
    await allowed(rune, 'getinfo')
    await allowed(rune, 'getinfo')
    await expect(allowed(rune, 'getinfo')).rejects.toMatchObject({ code: 1502 })
    clock.advance(60_000)
    expect(await allowed(rune, 'getinfo')).toEqual({ valid: true })
  })

  test('of another node are refused', async () => {
    await expect(allowed(b.createRune(), 'getinfo')).rejects.toMatchObject({ code: 1501 })
  })
})

test('a splice-out pays the own wallet, and no address', async () => {
  const { channels } = (await a.call('listpeerchannels')) as { channels: { channel_id: string }[] }
  const channel = channels[0]!.channel_id
  const { bech32 } = (await a.call('newaddr', { addresstype: 'bech32' })) as { bech32: string }
  expect(await a.call('listaddresses', { address: bech32 })).toEqual({ addresses: [{ keyidx: 1, bech32 }] })
  await expect(
    a.call('spliceout', { channel, amount: '20000sat', destination: bech32 }),
  ).rejects.toMatchObject({ code: -32602, message: expect.stringMatching(/address amounts not supported/) })
  expect(await a.call('spliceout', { channel, amount: '20000sat' })).toMatchObject({
    txid: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('an older version knows neither xpay nor splices', async () => {
  const old = await startFakeCln({ version: 'v24.08' })
  const { help } = (await old.call('help')) as { help: { command: string }[] }
  const names = help.map(({ command }) => command.split(' ')[0])
  expect(names).toContain('pay')
  for (const method of ['xpay', 'xkeysend', 'getroutes', 'splicein']) {
    expect(names).not.toContain(method)
    await expect(old.call(method)).rejects.toMatchObject({ code: -32601 })
  }
  await old.close()
})

test('ten thousand payments and invoices are read by pages', async () => {
  a.fillHistory({ payments: HISTORY, invoices: HISTORY })
  const page = { index: 'created', start: HISTORY - 1, limit: 5 }
  const { pays } = (await a.call('listpays', page)) as { pays: unknown[] }
  const { invoices } = (await a.call('listinvoices', page)) as { invoices: { pay_index: number }[] }
  expect(pays).toHaveLength(2)
  expect(invoices.map(({ pay_index }) => pay_index)).toEqual([HISTORY - 1, HISTORY])
})
