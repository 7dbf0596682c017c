import { join } from 'node:path'
import {
  type ChannelOperation,
  type ErrorCode,
  LightningError,
  msat,
  nodeId,
  type OnchainSend,
  sat,
} from '@lightning-mcp/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLndBackend } from '../src/index.ts'
import { fixture } from './fixtures.ts'
import { refuse, ScriptedLnd } from './harness/scripted-lnd.ts'

const certFile = join(import.meta.dirname, 'fixtures', 'proxy.cert')
const PEER = nodeId(`02${'ab'.repeat(32)}`)
const TXID = `${'cd'.repeat(31)}01`
const WIRE = Buffer.from(TXID, 'hex').reverse()
const OUTPOINT = `${'12'.repeat(32)}:1`

let lnd: ScriptedLnd
let backend: ReturnType<typeof createLndBackend>

beforeEach(async () => {
  lnd = await new ScriptedLnd().start()
  const macaroon = fixture<Record<string, string>>('macaroons')['admin']!
  backend = createLndBackend({ socket: lnd.socket, certFile, macaroon })
  await backend.connect()
})
afterEach(async () => {
  await backend.close()
  lnd.stop()
})

type Answer = ChannelOperation | OnchainSend
interface Kind {
  name: 'openChannel' | 'closeChannel' | 'sendCoins'
  order(signal?: AbortSignal): Promise<Answer>
  script(answer: (request: Record<string, unknown>) => object | Promise<object>): void
  reply: object
}

const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })
const kinds: readonly Kind[] = [
  {
    name: 'openChannel',
    order: (signal) =>
      backend.channels!.open!({
        peer: PEER,
        capacitySat: sat(100_000n),
        label: 'ours',
        ...withSignal(signal),
      }),
    script: (answer) => lnd.on('openChannel', answer),
    reply: { funding_txid_bytes: WIRE, output_index: 1 },
  },
  {
    name: 'closeChannel',
    order: (signal) =>
      backend.channels!.close!({
        channel: { fundingOutpoint: OUTPOINT },
        mode: 'cooperative',
        ...withSignal(signal),
      }),
    script: (answer) =>
      lnd.onStream('closeChannel', async (stream) => {
        stream.write(await answer(stream.request))
      }),
    reply: { close_pending: { txid: WIRE, output_index: 0 } },
  },
  {
    name: 'sendCoins',
    order: (signal) =>
      backend.onchain!.send!({
        address: 'bcrt1q',
        amountSat: sat(30_000n),
        label: 'ours',
        ...withSignal(signal),
      }),
    script: (answer) => lnd.on('sendCoins', answer),
    reply: { txid: TXID },
  },
]

/** Errors after which nobody knows, whatever LND or something before it says. */
const DOUBTS: readonly [number, string][] = [
  [14, 'Connection dropped'],
  [4, 'Deadline exceeded'],
  [13, 'something broke'],
  [2, 'a text that LND may have tomorrow'],
  [2, 'Received HTTP status code 500'],
  [8, 'too many requests'],
]

describe.each(kinds)('$name', ({ name, order, script, reply }) => {
  test('the answer tells the transaction, in the order of explorers', async () => {
    script(() => reply)
    expect(await order()).toMatchObject({ txId: TXID })
    expect(lnd.count(name)).toBe(1)
  })

  test.each(DOUBTS)('after %i %j nobody knows, and nothing is repeated', async (code, text) => {
    script(() => {
      throw refuse(code, text)
    })
    expect(await order()).toMatchObject({ status: 'unknown', detail: expect.stringContaining(text) })
    expect(lnd.count(name)).toBe(1)
  })

  test('an abort after sending leaves it unknown', async () => {
    const abort = new AbortController()
    script(async () => {
      abort.abort()
      await new Promise((resolve) => setImmediate(resolve))
      return reply
    })
    expect(await order(abort.signal)).toMatchObject({ status: 'unknown' })
    expect(lnd.count(name)).toBe(1)
  })

  test('an abort before sending sends nothing', async () => {
    script(() => reply)
    await expect(order(AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
    expect(lnd.count(name)).toBe(0)
  })

  test('an answer without a transaction is unknown', async () => {
    script(() => ({}))
    lnd.onStream('closeChannel', (stream) => {
      stream.end()
    })
    expect(await order()).toMatchObject({ status: 'unknown' })
  })

  test('an LND that is gone before is unavailable', async () => {
    lnd.stop()
    await expect(order()).rejects.toMatchObject({ code: 'unavailable', sent: 'no' })
  })
})

/** Texts of LND v0.20.1-beta, from its sources and from real nodes; the first five were not seen there. */
const REFUSALS: readonly [Kind['name'], string, ErrorCode][] = [
  ['openChannel', 'reservation timed out waiting for peer (peer_id:0388)', 'unavailable'],
  ['openChannel', 'channels cannot be created before the wallet is fully synced', 'not_ready'],
  [
    'closeChannel',
    'cannot coop close channel with active htlcs (number of active htlcs: 1), bypass this',
    'unavailable',
  ],
  [
    'closeChannel',
    'unable to gracefully close channel while peer is offline (try force closing it instead): unable',
    'unavailable',
  ],
  [
    'sendCoins',
    'reserved wallet balance invalidated: transaction would leave insufficient funds',
    'insufficient_balance',
  ],
  [
    'openChannel',
    'received funding error from 03ab: chan_id=00, err=Number of pending channels exceed maximum',
    'recipient_rejected',
  ],
  // words of a peer do not stand for LND's own
  ['openChannel', 'received funding error from 03ab: chan_id=00, err=wallet locked', 'recipient_rejected'],
  ['openChannel', 'channel is too small, the minimum channel size is: 20000 SAT', 'invalid_request'],
  ['openChannel', 'peer 02ab is not online', 'unavailable'],
  [
    'openChannel',
    'not enough witness outputs to create funding transaction, need 1 BTC only have 0 BTC available',
    'insufficient_balance',
  ],
  ['closeChannel', 'channel not found', 'invalid_request'],
  ['sendCoins', 'insufficient funds available to construct transaction', 'insufficient_balance'],
  ['sendCoins', 'address: bc1q is not valid for this network: regtest', 'wrong_network'],
  ['sendCoins', 'transaction output is dust', 'invalid_request'],
  ['sendCoins', 'fee preference too low: got 253 sat/kw, minimum is 500 sat/kw', 'invalid_request'],
]

test('the stream of a closing is let go of once it has told the transaction', async () => {
  const letGo = new Promise<void>((resolve) =>
    lnd.onStream('closeChannel', (stream) => {
      stream.on('cancelled', resolve)
      // first that it begins, as LND says where it is not to wait; the transaction comes later
      stream.write({ close_instant: { num_pending_htlcs: 0 } })
      stream.write({ close_pending: { txid: WIRE, output_index: 0 } })
    }),
  )
  const [, closing] = kinds
  expect(await closing!.order()).toMatchObject({ status: 'pending', txId: TXID })
  await letGo
})

describe('refusals', () => {
  test.each(REFUSALS)('%s: %j is %s, and nothing was sent', async (name, text, code) => {
    const kind = kinds.find((one) => one.name === name)!
    kind.script(() => {
      throw refuse(2, text)
    })
    const error = await kind.order().catch((thrown: unknown) => thrown)
    expect(LightningError.is(error) && [error.code, error.sent]).toEqual([code, 'no'])
  })
})

describe('what LND is asked for', () => {
  const requestOf = async (kind: Kind, order: () => Promise<unknown>): Promise<Record<string, unknown>> => {
    let request: Record<string, unknown> = {}
    kind.script((asked) => {
      request = asked
      return kind.reply
    })
    await order()
    return request
  }
  const [opening, closing, sending] = kinds as readonly [Kind, Kind, Kind]

  test('an opening says all its terms', async () => {
    const request = await requestOf(opening, () =>
      backend.channels!.open!({
        peer: PEER,
        capacitySat: sat(100_000n),
        pushMsat: msat(5_000n),
        feeRateSatPerVbyte: 7,
        private: true,
        label: 'ours',
      }),
    )
    expect(request).toMatchObject({
      node_pubkey: Buffer.from(PEER, 'hex'),
      local_funding_amount: '100000',
      push_sat: '5',
      sat_per_vbyte: '7',
      private: true,
      memo: 'ours',
      spend_unconfirmed: false,
      fund_max: false,
    })
  })

  test.each([
    ['cooperative', 9, { force: false, sat_per_vbyte: '9', max_fee_per_vbyte: '9', no_wait: false }],
    // LND itself raises 1 to 1.012
    ['cooperative', 1, { force: false, sat_per_vbyte: '1', max_fee_per_vbyte: '2' }],
    ['cooperative', undefined, { force: false, sat_per_vbyte: '0', max_fee_per_vbyte: '0' }],
    ['force', 9, { force: true, sat_per_vbyte: '0', max_fee_per_vbyte: '0', target_conf: 0 }],
  ] as const)('a %s close at %s says so', async (mode, rate, expected) => {
    const request = await requestOf(closing, () =>
      backend.channels!.close!({
        channel: { fundingOutpoint: OUTPOINT },
        mode,
        ...(rate === undefined ? {} : { feeRateSatPerVbyte: rate }),
      }),
    )
    expect(request).toMatchObject({ ...expected, channel_point: { output_index: 1 } })
  })

  test('coins are sent with their label, and never all of them', async () => {
    const request = await requestOf(sending, () => sending.order())
    expect(request).toMatchObject({
      amount: '30000',
      label: 'ours',
      send_all: false,
      spend_unconfirmed: false,
    })
  })

  test('a keysend carries its preimage to a node whose features are not known', async () => {
    let request: Record<string, unknown> = {}
    lnd.onStream('sendPayment', (stream) => {
      request = stream.request
      throw refuse(2, 'insufficient local balance')
    })
    lnd.onStream('trackPayment', () => {
      throw refuse(5, 'not found')
    })
    const answer = await backend.keysend!.send({
      destination: PEER,
      amountMsat: msat(1_234n),
      maxFeeMsat: msat(5n),
      preimage: '07'.repeat(32) as never,
    })
    expect(answer).toMatchObject({ status: 'unknown' })
    expect(lnd.count('sendPayment')).toBe(1)
    expect(request).toMatchObject({
      dest: Buffer.from(PEER, 'hex'),
      amt_msat: '1234',
      fee_limit_msat: '5',
      max_parts: 1,
      payment_request: '',
    })
    // by its number as eight bytes, least first: bLIP 3
    const key = Buffer.alloc(8)
    key.writeBigUInt64LE(5_482_373_484n)
    expect(request['dest_custom_records']).toEqual({ [key.toString('latin1')]: Buffer.alloc(32, 7) })
  })
})
