import { ERROR_CODES, type ErrorCode, LightningError, msat, type Preimage, sat } from '@lightning-mcp/core'
import type { PaymentOutcome, Wallet } from '@lightning-mcp/wallet'
import { fromJsonSchema } from '@modelcontextprotocol/client'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createMcpFace } from '../src/index.ts'
import { payInvoice } from '../src/tools/pay-invoice.ts'
import { previewPayment } from '../src/tools/preview-payment.ts'
import { waitForPayment } from '../src/tools/wait-for-payment.ts'
import { TOOLSETS } from '../src/toolsets.ts'
import { cannedChannel, NODE, OUTPOINT, REAL_NODE } from './canned-node.ts'
import { cannedSimulator } from './canned-simulator.ts'
import { cannedWallet, HASH, openInvoice, PAYMENT_ID, PREIMAGE, settled } from './canned-wallet.ts'

const INVOICE = 'lnbcrt10u1pcanned'
/** The example of BOLT 11, for the one tool that decodes. */
const REAL_INVOICE =
  'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpmdla2087ne0xh8nhedh8w27kyke0lp53ut353s06fv3qfegext0eh0ymjpf39tuven09sam30g4vgpfna3rh'

const open = (overrides: Partial<Wallet> = {}) =>
  createMcpFace({
    wallet: cannedWallet(overrides),
    version: '0',
    toolsets: ['all'],
    simulator: cannedSimulator,
  })

async function call(name: string, args: unknown, overrides: Partial<Wallet> = {}) {
  const outcome = await open(overrides).callTool(name, args, {
    signal: new AbortController().signal,
    onProgress: undefined,
  })
  if (outcome === undefined) throw new Error(`no tool ${name}`)
  return outcome
}

const GOOD: Readonly<Record<string, Record<string, unknown>>> = {
  get_wallet_balance: {},
  get_wallet_details: {},
  create_invoice: { amount_sats: 21, memo: 'tea', expiry_seconds: 60, qr: true },
  decode_invoice: { invoice: REAL_INVOICE },
  preview_payment: { destination: INVOICE, max_fee_sats: 0 },
  pay_invoice: { invoice: INVOICE, wait_seconds: 1 },
  pay_lightning_address: { lightning_address: 'a@example.com', amount_sats: 5 },
  get_payment_status: { payment_id: PAYMENT_ID },
  get_payments: { limit: 3 },
  wait_for_payment: { payment_hash: HASH },
  get_budget: {},
  check_connection: {},
  pay: { destination: REAL_INVOICE },
  pay_keysend: { destination: REAL_NODE, amount_sats: 5 },
  create_offer: { memo: 'tips' },
  list_offers: {},
  create_hold_invoice: { amount_sats: 5 },
  settle_hold_invoice: { payment_hash: HASH },
  cancel_invoice: { payment_hash: HASH },
  list_channels: { state: 'closed' },
  get_channel_balance: {},
  open_channel: { peer: REAL_NODE, capacity_sats: 200_000, push_sats: 50_000 },
  close_channel: { channel_id: '1x2x3' },
  splice_in: { channel_id: '1:2:3', amount_sats: 5 },
  splice_out: { channel_id: OUTPOINT, amount_sats: 5, address: 'bcrt1q' },
  update_channel_policy: { channel_id: '1x2x3', fee_rate_ppm: 5 },
  list_peers: {},
  connect_peer: { peer: `${REAL_NODE}@127.0.0.1:9735` },
  disconnect_peer: { node_id: REAL_NODE },
  get_onchain_address: { type: 'p2tr' },
  send_onchain: { address: 'bcrt1q', amount_sats: 5 },
  list_utxos: { limit: 1 },
  estimate_onchain_fees: {},
  estimate_route_fee: { destination: REAL_NODE, amount_sats: 5, probe: true },
  find_routes: { destination: REAL_NODE, amount_sats: 5 },
  get_node: { node_id: REAL_NODE },
  list_forwards: { since: '2026-11-01' },
  get_fee_report: {},
  sign_message: { message: 'hello' },
  verify_message: { message: 'hello', signature: 'd7sy' },
  export_channel_backup: {},
  list_watchtowers: {},
  add_watchtower: { watchtower: `${REAL_NODE}@127.0.0.1:9911` },
  remove_watchtower: { node_id: REAL_NODE },
  get_watchtower_stats: {},
  create_test_invoice: { amount_sats: 5 },
  pay_test_invoice: { invoice: INVOICE },
  mine_blocks: { count: 3 },
}

/** What spending tools answer beside what they declare. */
const DECLARED_ELSEWHERE = Object.fromEntries(
  [waitForPayment, previewPayment, payInvoice].flatMap(({ output }) =>
    Object.entries(output.shape).map(([name, type]) => [name, z.optional(type as z.ZodType)]),
  ),
)

describe.each(
  Object.values(TOOLSETS)
    .flat()
    .map((tool) => [tool.name, tool] as const),
)('%s', (name, tool) => {
  test('answers what its output schema says, and nothing else', async () => {
    const { isError, data, text } = await call(name, GOOD[name])
    expect(isError).toBe(false)
    const loose = tool.output.def.catchall !== undefined
    z.strictObject(loose ? { ...DECLARED_ELSEWHERE, ...tool.output.shape } : tool.output.shape).parse(data)
    expect(text).not.toBe('')
    expect(text).not.toMatch(/[\n\r]/)
  })

  test('answers failures that the published schema allows', async () => {
    const described = open().tools.find((candidate) => candidate.name === name)
    const published = fromJsonSchema((described?.outputSchema ?? {}) as never)['~standard']
    const good = await call(name, GOOD[name])
    const failed = await call(name, { nonsense: 1 })
    expect(failed.isError).toBe(true)
    expect((await published.validate(good.data)).issues).toBeUndefined()
    expect((await published.validate(failed.data)).issues).toBeUndefined()
    const required = z.toJSONSchema(tool.output).required
    if (required) expect((await published.validate({})).issues).toBeDefined()
  })
})

describe('the outcome of a payment', () => {
  const { preimage: _, settledAt: __, feeMsat: ___, ...unsettled } = settled
  const cases: {
    name: string
    given: PaymentOutcome
    isError: boolean
    expected: Record<string, unknown>
  }[] = [
    {
      name: 'settled: the proof and what it cost, rounded up',
      given: settled,
      isError: false,
      expected: { status: 'settled', preimage: PREIMAGE, amount_sats: 1_001, fee_sats: 2, fee_msat: '1500' },
    },
    {
      name: 'under way: pending, and not to be paid again',
      given: { ...unsettled, state: 'dispatched', outcome: 'pending' },
      isError: false,
      expected: { status: 'pending', next_step: expect.stringContaining('do not pay again') },
    },
    {
      name: 'unknown: pending too, never failed',
      given: { ...unsettled, state: 'dispatched', outcome: 'unknown' },
      isError: false,
      expected: { status: 'pending', next_step: expect.stringContaining('do not pay again') },
    },
    {
      name: 'reserved but not sent when the time was over: pending',
      given: { ...unsettled, state: 'reserved' },
      isError: false,
      expected: { status: 'pending' },
    },
    {
      name: 'waiting for approval: said so',
      given: { ...unsettled, state: 'awaiting_approval' },
      isError: false,
      expected: { status: 'awaiting_approval' },
    },
    {
      name: 'failed, may be tried again',
      given: { ...unsettled, state: 'failed', failure: { reason: 'no_route' }, retry: 'same-call' },
      isError: true,
      expected: {
        code: 'no_route',
        money_may_have_moved: false,
        retry: 'safe',
        next_step: expect.stringContaining('max_fee_sats'),
        status: 'failed',
        payment_id: PAYMENT_ID,
      },
    },
    {
      name: 'failed for good with a reason of no code',
      given: { ...unsettled, state: 'failed', failure: { reason: 'timeout' }, retry: 'fresh-invoice' },
      isError: true,
      expected: {
        code: 'payment_failed',
        failure_reason: 'timeout',
        retry: 'never',
        next_step: expect.stringContaining('fresh invoice'),
      },
    },
    {
      name: 'declined by the owner',
      given: { ...unsettled, state: 'denied' },
      isError: true,
      expected: { code: 'permission_denied', money_may_have_moved: false },
    },
  ]
  test.each(cases)('$name', async ({ given, isError, expected }) => {
    const outcome = await call('pay_invoice', { invoice: INVOICE }, { pay: async () => given })
    expect(outcome.isError).toBe(isError)
    expect(outcome.data).toMatchObject(expected)
    if (given.state !== 'settled') expect(JSON.stringify(outcome)).not.toContain('preimage')
  })

  test('replayed says so and how to repeat on purpose', async () => {
    const replay = { pay: async () => ({ ...settled, replayed: true }) }
    const invoice = await call('pay_invoice', { invoice: INVOICE }, replay)
    expect(invoice.data).toMatchObject({ replayed: true, repeat_hint: expect.stringContaining('fresh') })
    const address = await call('pay_lightning_address', GOOD['pay_lightning_address'], replay)
    expect(address.data['repeat_hint']).toContain(`repeat_of ${PAYMENT_ID}`)
    expect(address.text).toMatch(/^Already paid 1,001 sats .* This call sent nothing\. To pay once more/)
  })

  test('replayed while under way tells to wait, not how to repeat', async () => {
    const pay = async () => ({ ...unsettled, state: 'dispatched' as const, replayed: true })
    const { data } = await call('pay_lightning_address', GOOD['pay_lightning_address'], { pay })
    expect(data).toMatchObject({
      status: 'pending',
      replayed: true,
      repeat_hint: expect.stringContaining('wait'),
    })
    expect(data['repeat_hint']).not.toContain('repeat_of')
  })

  test('a look-up of a failed payment is a result', async () => {
    const failed = {
      ...unsettled,
      state: 'failed' as const,
      failure: { reason: 'no_route' },
      retry: 'never' as const,
    }
    const outcome = await call(
      'get_payment_status',
      { payment_id: PAYMENT_ID },
      { getPayment: async () => failed },
    )
    expect(outcome).toMatchObject({ isError: false, data: { status: 'failed', failure_reason: 'no_route' } })
  })
})

describe('an error of the wallet', () => {
  // repeating these is safe and of no use
  const advice: Partial<Record<ErrorCode, string>> = {
    budget_exceeded: 'never',
    insufficient_balance: 'after-delay',
  }
  test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s has code, retry and next step', async (code) => {
    const refuse = async () => {
      throw new LightningError({ code, message: 'It did not work.' })
    }
    const paying = await call('pay_invoice', { invoice: INVOICE }, { pay: refuse })
    expect(paying.data).toMatchObject({
      code,
      message: 'It did not work.',
      retry: advice[code] ?? ERROR_CODES[code].retry,
      money_may_have_moved: ERROR_CODES[code].sent !== 'no',
    })
    expect(paying.data['next_step']).not.toBe('')
    const reading = await call('get_budget', {}, { getBudget: refuse })
    expect(reading.data['money_may_have_moved']).toBe(false)
  })

  test('the line of text keeps message and next step apart', async () => {
    const texts = ['the cursor is wrong', 'The cursor is wrong.'].map(async (message) => {
      const getBudget = async () => {
        throw new LightningError({ code: 'invalid_request', message, hint: 'Give another.' })
      }
      return (await call('get_budget', {}, { getBudget })).text
    })
    expect(await Promise.all(texts)).toEqual([
      'invalid_request: the cursor is wrong. Next: Give another.',
      'invalid_request: The cursor is wrong. Next: Give another.',
    ])
  })

  test('its own hint wins and is cleaned', async () => {
    const pay = async () => {
      throw new LightningError({
        code: 'no_route',
        message: 'No\u0000 route.\n',
        hint: 'Open a\u202e channel.',
      })
    }
    const { data } = await call('pay_invoice', { invoice: INVOICE }, { pay })
    expect(data).toMatchObject({ message: 'No route.', next_step: 'Open a channel.' })
  })

  test('a fault of the program shows nothing of itself', async () => {
    const faults: unknown[] = []
    const face = createMcpFace({
      wallet: cannedWallet({
        pay: async () => {
          throw new TypeError('secret at /srv/app/node.ts:1:2')
        },
      }),
      version: '0',
      onError: (error) => faults.push(error),
    })
    const outcome = await face.callTool(
      'pay_invoice',
      { invoice: INVOICE },
      { signal: new AbortController().signal, onProgress: undefined },
    )
    expect(outcome?.data).toMatchObject({
      code: 'internal',
      money_may_have_moved: true,
      retry: 'after-lookup',
    })
    expect(JSON.stringify(outcome)).not.toMatch(/secret|srv|TypeError/)
    expect(faults).toHaveLength(1)
  })
})

describe('a caller who stops waiting', () => {
  test.each([
    { tool: 'pay_invoice', given: { invoice: INVOICE }, code: 'outcome_unknown', mayHaveMoved: true },
    { tool: 'get_wallet_balance', given: {}, code: 'unavailable', mayHaveMoved: false },
  ])('of $tool is told $code, and it is no fault', async ({ tool, given, code, mayHaveMoved }) => {
    const faults: unknown[] = []
    const never = ({ signal }: { signal?: AbortSignal } = {}) =>
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const face = createMcpFace({
      wallet: cannedWallet({ pay: never, getBalance: never }),
      version: '0',
      onError: (error) => faults.push(error),
    })
    const stop = new AbortController()
    const call = face.callTool(tool, given, { signal: stop.signal, onProgress: undefined })
    stop.abort()
    expect((await call)?.data).toMatchObject({ code, money_may_have_moved: mayHaveMoved })
    expect(faults).toEqual([])
  })
})

describe('sizes', () => {
  test('a page of a wallet with 10,000 payments stays within 4 kB', async () => {
    let cursor: unknown
    for (let page = 0; page < 3; page++) {
      const outcome = await call('get_payments', cursor === undefined ? {} : { cursor })
      expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThanOrEqual(4_096)
      cursor = outcome.data['next_cursor']
      expect(cursor).toEqual(expect.any(String))
    }
  })

  test('a page is as long as asked for', async () => {
    const { data } = await call('get_payments', { limit: 100 })
    expect(data['payments']).toHaveLength(100)
  })

  test('peers come a page at a time', async () => {
    const peers = Array.from({ length: 45 }, (_, index) => ({
      nodeId: `02${index.toString(16).padStart(64, '0')}` as never,
      connected: true,
    }))
    const wallet = { node: { peers: { list: async () => peers } } }
    const first = await call('list_peers', {}, wallet)
    expect(first.data).toMatchObject({ next_cursor: '10' })
    const last = await call('list_peers', { cursor: '40' }, wallet)
    expect(last.data['peers']).toHaveLength(5)
    expect(last.data['next_cursor']).toBeUndefined()
    const wrong = await call('list_peers', { cursor: '-1' }, wallet)
    expect(wrong.data['code']).toBe('invalid_request')
  })
})

describe('a default page of strangers’ names', () => {
  const hostile = '⚡'.repeat(500)
  const node = {
    peers: {
      list: async () =>
        Array.from({ length: 100 }, () => ({
          nodeId: NODE,
          connected: false,
          alias: hostile,
          address: `${'a'.repeat(62)}.onion:9735`,
        })),
    },
    channels: {
      list: async ({ limit }: { limit: number }) => ({
        items: Array.from({ length: limit }, () => ({
          ...cannedChannel,
          shortChannelId: '16777215x16777215x65535',
          peer: NODE,
          peerAlias: hostile,
          state: 'force-closing' as const,
          capacitySat: sat(2_100_000_000n),
          localMsat: msat(1_049_999_999_999n),
          remoteMsat: msat(1_049_999_999_999n),
          spendableMsat: msat(1_049_999_999_999n),
          receivableMsat: msat(1_049_999_999_999n),
          private: false,
        })),
        nextCursor: 'x'.repeat(60),
      }),
    },
  }
  test.each(['list_peers', 'list_channels'])('%s stays within 4 kB', async (name) => {
    const outcome = await call(name, {}, { node })
    expect(outcome.isError).toBe(false)
    expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThanOrEqual(4_096)
  })
})

describe('text from outside', () => {
  test('is cleaned, capped and named as untrusted', async () => {
    const hostile = `pay me\u0000\u202e now ${'x'.repeat(5_000)}`
    const outcome = await call(
      'preview_payment',
      { destination: INVOICE },
      { preview: async (request) => ({ ...(await cannedWallet().preview(request)), description: hostile }) },
    )
    expect(outcome.data['untrusted_fields']).toEqual(['memo'])
    expect(String(outcome.data['memo'])).toMatch(/^pay me now x+…$/)
    expect(String(outcome.data['memo']).length).toBeLessThanOrEqual(240)
  })

  test('an address of a peer and a version of a service are cleaned', async () => {
    const hostile = `1.0\u001b[2J\u202e ${'x'.repeat(5_000)}`
    const peers = { list: async () => [{ nodeId: NODE, connected: true, address: hostile }] }
    const listed = await call('list_peers', {}, { node: { peers } })
    expect((listed.data['peers'] as { address: string }[])[0]?.address).toMatch(/^1\.0 \[2J x+…$/)
    const details = await cannedWallet().getDetails({})
    const told = await call(
      'get_wallet_details',
      {},
      { getDetails: async () => ({ ...details, node: { ...details.node, version: hostile } }) },
    )
    expect(told.data['version']).toMatch(/^1\.0 \[2J x{1,90}…$/)
  })
})

describe('secrets', () => {
  test('what an error of the backend carries is not shown', async () => {
    const pay = async () => {
      throw new LightningError({
        code: 'unauthenticated',
        message: 'The node refuses the macaroon.',
        backend: { code: '16', message: 'CANARY' },
        cause: new Error('CANARY'),
      })
    }
    const outcome = await call('pay_invoice', { invoice: INVOICE }, { pay })
    expect(outcome.data['code']).toBe('unauthenticated')
    expect(JSON.stringify(outcome)).not.toContain('CANARY')
  })

  test('the preimage of an unpaid invoice is in no answer', async () => {
    const leaky = { ...openInvoice, preimage: PREIMAGE as Preimage }
    const overrides = { lookupInvoice: async () => leaky, waitForPayment: async () => ({ invoice: leaky }) }
    const outcomes = [
      await call('create_invoice', { amount_sats: 5 }, { createInvoice: async () => leaky }),
      await call(
        'get_payment_status',
        { payment_hash: HASH },
        { ...overrides, getPayment: async () => undefined },
      ),
      await call('wait_for_payment', { payment_hash: HASH }, overrides),
    ]
    for (const outcome of outcomes) {
      expect(outcome.isError).toBe(false)
      expect(JSON.stringify(outcome)).not.toContain(PREIMAGE)
    }
  })

  test('the preimage of an unsettled payment is not shown', async () => {
    const odd = { ...settled, state: 'dispatched' as const, outcome: 'pending' as const }
    const outcome = await call('pay_invoice', { invoice: INVOICE }, { pay: async () => odd })
    expect(JSON.stringify(outcome)).not.toContain(PREIMAGE)
  })

  test('the payment secret of an invoice is not shown', async () => {
    const outcome = await call('decode_invoice', { invoice: REAL_INVOICE })
    expect(outcome.data).toMatchObject({
      network: 'mainnet',
      amount_sats: 250_000,
      memo: '1 cup coffee',
      expired: true,
    })
    expect(JSON.stringify(outcome)).not.toContain('11'.repeat(32))
  })
})

test('a preview says that the estimate is above the fee limit', async () => {
  const preview: Wallet['preview'] = async (request) => ({
    ...(await cannedWallet().preview(request)),
    estimatedFeeMsat: msat(1_001n),
    maxFeeMsat: msat(0n),
  })
  const { data, text } = await call('preview_payment', { destination: INVOICE, max_fee_sats: 0 }, { preview })
  expect(data).toMatchObject({ estimated_fee_sats: 2, max_fee_sats: 0 })
  expect(text).toContain('estimated fee 2 sats, more than max_fee_sats 0')
})

test('the QR code is a PNG beside the line of text', async () => {
  const { image } = await call('create_invoice', { amount_sats: 5, qr: true })
  expect(image?.mimeType).toBe('image/png')
  expect(
    Buffer.from(image?.dataBase64 ?? '', 'base64')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  expect((await call('create_invoice', { amount_sats: 5 })).image).toBeUndefined()
})

test('an invoice without amount needs a backend that can make one', async () => {
  const { capabilities } = cannedWallet()
  const able = await call('create_invoice', {})
  expect(able.isError).toBe(false)
  const unable = await call(
    'create_invoice',
    {},
    { capabilities: { ...capabilities, 'createInvoice.amountless': 'none' } },
  )
  expect(unable.data['code']).toBe('amount_required')
})

test('a node that is down is an answer of check_connection, not an error', async () => {
  const getDetails = async () => {
    throw new LightningError({ code: 'unavailable', message: 'Connection refused.', hint: 'Start the node.' })
  }
  const outcome = await call('check_connection', {}, { getDetails })
  expect(outcome).toMatchObject({
    isError: false,
    data: { connected: false, problems: [{ problem: 'Connection refused.', next_step: 'Start the node.' }] },
  })
})

test('amounts at the largest are exact', async () => {
  const outcome = await call(
    'get_wallet_balance',
    {},
    { getBalance: async () => ({ spendableMsat: msat(2_099_999_999_999_999_999n) }) },
  )
  expect(outcome.data).toEqual({ balance_sats: 2_099_999_999_999_999, balance_msat: '2099999999999999999' })
})
