import { createHash } from 'node:crypto'
import { decodeInvoice, encodeInvoice } from '@lightning-mcp/codec'
import { LightningError, msat, type Payment, paymentHash } from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClnBackend } from '../src/index.ts'
import { capture } from './captured.ts'
import { fail, RawResult, type ScriptedNode, silence, startScriptedNode } from './scripted-node.ts'

const secret = Buffer.alloc(32, 7).toString('hex')
const hash = paymentHash(createHash('sha256').update(Buffer.from(secret, 'hex')).digest('hex'))
const invoice = encodeInvoice(
  {
    network: 'regtest',
    paymentHash: hash,
    paymentSecret: '22'.repeat(32),
    amountMsat: msat(100_000n),
    description: 'scripted',
    createdAt: Math.floor(Date.now() / 1000),
    expirySeconds: 3600,
  },
  '11'.repeat(32),
)

let node: ScriptedNode
const opened: { close(): Promise<void> }[] = []

beforeEach(async () => {
  node = await startScriptedNode()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.close()))
  await node.close()
})

const open = (clock?: () => number) => {
  const backend = createClnBackend({ socket: node.socket }, clock === undefined ? {} : { clock })
  opened.push(backend)
  return backend
}

const pay = (request: { signal?: AbortSignal; timeoutSeconds?: number } = {}, backend = open()) =>
  backend.payInvoice({ invoice, maxFeeMsat: msat(1000n), ...request })

const part = (changes: object = {}) => ({
  created_index: 1,
  id: 1,
  payment_hash: hash,
  groupid: 7,
  partid: 1,
  amount_msat: 100_000,
  amount_sent_msat: 100_011,
  created_at: 1_795_322_384,
  status: 'pending',
  ...changes,
})
const complete = (changes: object = {}) =>
  part({ status: 'complete', completed_at: 1_795_322_390, payment_preimage: secret, ...changes })
const failed = (changes: object = {}) => part({ status: 'failed', completed_at: 1_795_322_386, ...changes })
const row = (status: string) => ({
  payment_hash: hash,
  status,
  created_at: 1_795_322_384,
  amount_sent_msat: 0,
})

function knows(parts: readonly object[], pays: readonly object[] = []) {
  node.on('listsendpays', () => ({ payments: parts }))
  node.on('listpays', () => ({ pays }))
}

const paid = (changes: object = {}) => ({
  payment_preimage: secret,
  amount_msat: 100_000,
  amount_sent_msat: 100_011,
  failed_parts: 0,
  successful_parts: 1,
  ...changes,
})

/** An error as it was captured. */
const refusal = (name: string) => {
  const { code, message, data } = capture(name).error!
  return fail(code, message, data)
}

describe('what is sent', () => {
  test('xpay gets invoice, fee limit and time, and nothing else', async () => {
    node.on('xpay', () => paid())
    await pay()
    expect(node.called('xpay').map(({ params }) => params)).toEqual([
      { invstring: invoice, maxfee: 1000, retry_for: 60 },
    ])
  })

  test('one part is settled without a look-up', async () => {
    node.on('xpay', () => paid())
    expect(await pay()).toEqual({
      paymentHash: hash,
      status: 'settled',
      amountMsat: 100_000n,
      feeMsat: 11n,
      preimage: secret,
      parts: 1,
    })
    expect(node.called('listpays')).toEqual([])
    expect(node.called('listsendpays')).toEqual([])
  })

  test('a node without xpay gets pay', async () => {
    node.on('help', () => ({
      help: [{ command: 'pay bolt11' }, { command: 'listpays' }, { command: 'listsendpays' }],
    }))
    node.on('pay', () => ({
      ...paid(),
      successful_parts: undefined,
      parts: 1,
      status: 'complete',
      payment_hash: hash,
    }))
    expect((await pay()).status).toBe('settled')
    expect(node.called('pay').map(({ params }) => params)).toEqual([
      { bolt11: invoice, maxfee: 1000, retry_for: 60 },
    ])
  })

  test('undeclared arguments are refused before any I/O', async () => {
    for (const argument of [{ maxParts: 2 }, { outgoingChannels: ['1x1x1'] }]) {
      const refused = open().payInvoice({ invoice, maxFeeMsat: msat(0n), ...argument })
      await expect(refused).rejects.toMatchObject({ code: 'unsupported', sent: 'no' })
    }
    expect(node.called('xpay')).toEqual([])
  })
})

describe('after an answer of several parts', () => {
  test('all home: the fee of the look-up is final', async () => {
    node.on('xpay', () => paid({ successful_parts: 2, amount_sent_msat: 100_030 }))
    knows([
      complete({ amount_msat: 40_000, amount_sent_msat: 40_010 }),
      complete({ created_index: 2, partid: 2, amount_msat: 60_000, amount_sent_msat: 60_012 }),
      failed({ created_index: 3, partid: 3 }),
    ])
    expect(await pay()).toMatchObject({ status: 'settled', amountMsat: 100_000n, feeMsat: 22n, parts: 2 })
  })

  test('one in flight: the fee is provisional and counts it', async () => {
    node.on('xpay', () => paid({ successful_parts: 2, amount_sent_msat: 100_030 }))
    knows([
      complete({ amount_msat: 40_000, amount_sent_msat: 40_010 }),
      part({ created_index: 2, partid: 2, amount_msat: 60_000, amount_sent_msat: 60_012 }),
    ])
    expect(await pay()).toMatchObject({
      status: 'settled',
      amountMsat: 100_000n,
      feeMsat: 22n,
      feeProvisional: true,
    })
  })

  test('a look-up that fails leaves the fee provisional', async () => {
    node.on('xpay', () => paid({ successful_parts: 2 }))
    node.on('listsendpays', () => fail(-1, 'database'))
    expect(await pay()).toMatchObject({ status: 'settled', feeMsat: 11n, feeProvisional: true })
  })
})

interface ErrorCase {
  name: string
  error: ReturnType<typeof fail>
  parts?: readonly object[]
  pays?: readonly object[]
  expected?: Partial<Payment>
  thrown?: { code: string; sent: string }
}

const ERROR_CASES: readonly ErrorCase[] = [
  {
    name: '203 with failed parts is refused by the payee',
    error: refusal('xpay-fail-unknown-hash'),
    parts: [failed()],
    pays: [row('failed')],
    expected: {
      status: 'failed',
      failure: expect.objectContaining({ reason: 'recipient_rejected', sameHashRetryable: true }),
    },
  },
  {
    name: '205 about own channels is too little money',
    error: refusal('xpay-fail-balance'),
    expected: { status: 'failed', failure: expect.objectContaining({ reason: 'insufficient_balance' }) },
  },
  {
    name: '205 otherwise is no route',
    error: refusal('xpay-fail-peer-offline'),
    expected: { status: 'failed', failure: expect.objectContaining({ reason: 'no_route' }) },
  },
  {
    name: '206 is the fee limit',
    error: refusal('xpay-fail-maxfee'),
    expected: { status: 'failed', failure: expect.objectContaining({ reason: 'fee_limit_exceeded' }) },
  },
  {
    name: '209 after a failed part is no route',
    error: refusal('xpay-fail-no-liquidity'),
    parts: [failed()],
    expected: { status: 'failed', failure: expect.objectContaining({ reason: 'no_route' }) },
  },
  {
    name: '209 while a part is in flight is pending',
    error: refusal('xpay-fail-no-liquidity'),
    parts: [failed(), part({ created_index: 2, partid: 2 })],
    expected: { status: 'pending' },
  },
  {
    name: '203 although a part has settled is settled',
    error: refusal('xpay-fail-unknown-hash'),
    parts: [failed(), complete({ created_index: 2, partid: 2 })],
    expected: { status: 'settled', feeMsat: msat(11n) },
  },
  {
    name: '206 that cannot be looked up is unknown',
    error: refusal('xpay-fail-maxfee'),
    parts: [{ nonsense: true }],
    expected: { status: 'unknown' },
  },
  {
    name: '207 is refused before anything is recorded',
    error: refusal('xpay-fail-expired'),
    thrown: { code: 'invoice_expired', sent: 'no' },
  },
  {
    name: 'a bad invoice is refused before anything is recorded',
    error: refusal('xpay-fail-badinvoice'),
    thrown: { code: 'invalid_invoice', sent: 'no' },
  },
  {
    name: '219 is paid already',
    error: refusal('xpay-again'),
    parts: [complete()],
    thrown: { code: 'already_paid', sent: 'no' },
  },
  {
    name: '-3 over 200 is in progress',
    error: refusal('xpay-while-pending'),
    parts: [part()],
    thrown: { code: 'in_progress', sent: 'no' },
  },
  {
    name: '-3 over 200 whose payment has settled since is paid already',
    error: refusal('xpay-while-pending'),
    parts: [complete()],
    thrown: { code: 'already_paid', sent: 'no' },
  },
  {
    name: '-1 with nothing on record is unknown',
    error: fail(-1, 'general'),
    expected: { status: 'unknown' },
  },
  {
    name: '-1 with failed parts is unknown: they may be of an earlier attempt',
    error: fail(-1, 'general'),
    parts: [failed()],
    expected: { status: 'unknown' },
  },
  {
    name: '-4 with a part in flight is pending',
    error: fail(-4, 'Plugin died before replying to call'),
    parts: [part()],
    expected: { status: 'pending' },
  },
  {
    name: '-3 for another reason is unknown',
    error: fail(-3, 'Unexpected injectpaymentonion error -1'),
    expected: { status: 'unknown' },
  },
  {
    name: 'an error that nobody knows is unknown',
    error: fail(4711, 'news'),
    parts: [failed()],
    expected: { status: 'unknown' },
  },
]

describe('after an error', () => {
  test.each(ERROR_CASES)('$name', async ({ error, parts = [], pays = [], expected, thrown }) => {
    node.on('xpay', () => error)
    knows(parts, pays)
    if (thrown !== undefined) await expect(pay()).rejects.toMatchObject(thrown)
    else expect(await pay()).toMatchObject({ paymentHash: hash, ...expected })
  })
})

describe('without an answer', () => {
  test('a connection lost after sending is looked up', async () => {
    node.on('xpay', (_params, { socket }) => {
      socket.destroy()
      return silence()
    })
    knows([part()])
    expect(await pay()).toMatchObject({ paymentHash: hash, status: 'pending' })
    knows([])
    expect(await pay()).toEqual({ paymentHash: hash, status: 'unknown' })
    knows([failed()])
    expect(await pay()).toEqual({ paymentHash: hash, status: 'unknown' })
    knows([complete()])
    expect(await pay()).toMatchObject({ status: 'settled', preimage: secret })
    expect(node.called('xpay').length).toBe(4)
  })

  test('a connection refused before sending throws unavailable', async () => {
    const backend = open()
    await backend.connect()
    await node.close()
    const refused = await pay({}, backend).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'unavailable', sent: 'no' })
    node = await startScriptedNode()
  })

  test('half an answer is unknown, and nothing is sent twice', async () => {
    node.on('xpay', (_params, { socket }) => {
      socket.end('{"jsonrpc":"2.0","id":1,"resu')
      return silence()
    })
    expect(await pay()).toEqual({ paymentHash: hash, status: 'unknown' })
    expect(node.called('xpay').length).toBe(1)
  })

  test('a held payment is pending when its time is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const sent = new Promise<void>((resolve) => {
        node.on('xpay', () => {
          resolve()
          return silence()
        })
      })
      knows([part()])
      const paying = pay({ timeoutSeconds: 1 })
      await sent
      await vi.advanceTimersByTimeAsync(3_001)
      expect(await paying).toMatchObject({ status: 'pending' })
    } finally {
      vi.useRealTimers()
    }
  })

  test('an aborted payment is unknown and not looked up', async () => {
    const caller = new AbortController()
    node.on('xpay', () => {
      caller.abort(new Error('gone'))
      return silence()
    })
    expect(await pay({ signal: caller.signal })).toEqual({ paymentHash: hash, status: 'unknown' })
    expect(node.called('listsendpays')).toEqual([])
  })

  test('a caller who is gone before sending pays nothing', async () => {
    const backend = open()
    await backend.connect()
    await expect(pay({ signal: AbortSignal.abort(new Error('gone')) }, backend)).rejects.toMatchObject({
      sent: 'no',
    })
    expect(node.called('xpay')).toEqual([])
  })

  test('an answer with a foreign preimage is looked up', async () => {
    node.on('xpay', () => paid({ payment_preimage: '00'.repeat(32) }))
    knows([part()])
    expect((await pay()).status).toBe('pending')
    knows([])
    expect((await pay()).status).toBe('unknown')
  })
})

describe('a look-up', () => {
  const lookUp = (backend = open()) => backend.lookupPayment({ paymentHash: hash })

  test('finds nothing: undefined', async () => {
    expect(await lookUp()).toBeUndefined()
  })

  test.each([
    {
      name: 'complete beside pending of another attempt',
      parts: [part({ groupid: 8 }), complete()],
      status: 'settled',
    },
    {
      name: 'a failed attempt and a pending one',
      parts: [failed(), part({ groupid: 8 })],
      status: 'pending',
    },
    {
      name: 'failed parts of a `pay` that goes on',
      parts: [failed()],
      pays: [row('pending')],
      status: 'pending',
    },
    { name: 'complete in listpays alone', parts: [part()], pays: [row('complete')], status: 'pending' },
  ])('$name is $status', async ({ parts, pays = [], status }) => {
    knows(parts, pays)
    expect((await lookUp())?.status).toBe(status)
  })

  test('groups above 2^53 stay apart', async () => {
    const rows = [complete(), part({ created_index: 2 })].map((one, index) =>
      JSON.stringify(one).replace('"groupid":7', `"groupid":308275582850304246${index}`),
    )
    node.on('listsendpays', () => new RawResult(`{"payments":[${rows.join(',')}]}`))
    const found = await lookUp()
    expect(found).toMatchObject({ status: 'settled', parts: 1, feeMsat: 11n })
    expect(found?.feeProvisional).toBeUndefined()
  })

  /** Looks of one backend, at moments in seconds after `start`. */
  function looking(start: number) {
    let seconds = 0
    const backend = open(() => (start + seconds) * 1000)
    const at = async (moment: number): Promise<string | undefined> => {
      seconds = moment
      return (await lookUp(backend))?.status
    }
    return { backend, at }
  }

  test('failed parts of another program are pending for as long as it may go on', async () => {
    knows([failed(), failed({ groupid: 8 })])
    const { at } = looking(1_795_322_386)
    for (const moment of [0, 60, 135]) expect(await at(moment)).toBe('pending')
    expect(await at(136)).toBe('pending')
    expect(await at(136)).toBe('failed')
  })

  test('a second call that fails does not speak for a lost first one', async () => {
    knows([failed()])
    node.on('xpay', (_params, { socket }) => {
      socket.destroy()
      return silence()
    })
    const { backend, at } = looking(decodeInvoice(invoice).createdAt)
    await pay({ timeoutSeconds: 60 }, backend)
    node.on('xpay', () => refusal('xpay-fail-no-liquidity'))
    expect((await pay({ timeoutSeconds: 60 }, backend)).status).toBe('unknown')
    expect(await at(70)).toBe('pending')
    expect(await at(76)).toBe('pending')
    expect(await at(77)).toBe('failed')
  })

  test('a part that appears between two looks begins the wait anew', async () => {
    knows([failed()])
    const { at } = looking(1_795_322_386)
    expect(await at(200)).toBe('pending')
    knows([failed(), failed({ created_index: 2, partid: 2 })])
    expect(await at(201)).toBe('pending')
    expect(await at(202)).toBe('failed')
  })

  test('failed parts of a lost call are pending until its retry_for is over', async () => {
    const start = decodeInvoice(invoice).createdAt
    const rows = [failed({ created_at: start, completed_at: start })]
    knows(rows)
    node.on('xpay', (_params, { socket }) => {
      socket.destroy()
      return silence()
    })
    const { backend, at } = looking(start)
    expect((await pay({ timeoutSeconds: 300 }, backend)).status).not.toBe('failed')
    for (const moment of [1, 60, 314, 315]) expect(await at(moment)).toBe('pending')
    expect(await at(316)).toBe('pending')
    expect(await at(317)).toBe('failed')
  })

  test('no record of a lost call proves nothing while it may make its first attempt', async () => {
    const start = decodeInvoice(invoice).createdAt
    node.on('xpay', (_params, { socket }) => {
      socket.destroy()
      return silence()
    })
    const { backend, at } = looking(start)
    expect((await pay({ timeoutSeconds: 60 }, backend)).status).toBe('unknown')
    for (const moment of [1, 40, 75]) expect(await at(moment)).toBe('unknown')
    expect(await at(76)).toBeUndefined()
  })

  test('what was tried after the own command had ended is somebody else’s', async () => {
    const start = decodeInvoice(invoice).createdAt
    const own = failed({ created_at: start, completed_at: start })
    knows([own])
    node.on('xpay', () => refusal('xpay-fail-unknown-hash'))
    const { backend, at } = looking(start)
    expect((await pay({}, backend)).status).toBe('failed')
    expect(await at(5)).toBe('failed')
    knows([own, failed({ groupid: 8, created_index: 2, created_at: start + 6, completed_at: start + 7 })])
    expect(await at(8)).toBe('pending')
    expect(await at(143)).toBe('pending')
    expect(await at(143)).toBe('failed')
  })

  test('fresh failed parts are failed once the own command has ended', async () => {
    const recent = Math.floor(Date.now() / 1000) - 1
    knows([failed({ created_at: recent, completed_at: recent })])
    node.on('xpay', () => refusal('xpay-fail-unknown-hash'))
    const backend = open()
    expect((await pay({}, backend)).status).toBe('failed')
    expect((await lookUp(backend))?.status).toBe('failed')
  })

  test('a complete part whose preimage proves nothing is unknown', async () => {
    knows([complete({ payment_preimage: '00'.repeat(32) })])
    expect(await lookUp()).toMatchObject({ status: 'unknown', warnings: [{ code: 'unproven' }] })
  })

  test('no secret stands in an error of the node', async () => {
    node.on('listpays', () => fail(-1, `rune ${'A'.repeat(60)} and preimage ${secret}`))
    const error = await lookUp().catch((caught: unknown) => caught)
    expect(LightningError.is(error)).toBe(true)
    expect(JSON.stringify({ ...(error as object) })).not.toContain(secret)
  })
})
