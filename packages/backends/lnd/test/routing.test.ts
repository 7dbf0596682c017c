import { join } from 'node:path'
import { msat, nodeId } from '@lightning-mcp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLndBackend } from '../src/index.ts'
import type { RawInfo, RawRoute } from '../src/schemas.ts'
import { fixture } from './fixtures.ts'
import { refuse, ScriptedLnd } from './harness/scripted-lnd.ts'

const certFile = join(import.meta.dirname, 'fixtures', 'proxy.cert')
const { identity_pubkey: SELF, block_height: HEIGHT } = fixture<RawInfo>('info')
const node = (digit: string): string => `02${digit.repeat(64)}`
const PAYEE = node('f')

/** A route by its nodes, each of which but the last asks for the next fee. */
function route(nodes: readonly string[], fees: readonly number[]): RawRoute {
  return {
    total_time_lock: HEIGHT + 40 * nodes.length,
    total_fees_msat: String(fees.reduce((sum, fee) => sum + fee, 0)),
    hops: nodes.map((pub_key, index) => ({
      chan_id: String((100n << 40n) | (1n << 16n) | BigInt(index)),
      pub_key,
      amt_to_forward_msat: '5000',
      fee_msat: String(fees[index] ?? 0),
    })),
  }
}

/** In the order in which LND likes them. */
const KNOWN = [
  route([node('a'), node('b'), PAYEE], [10, 500]),
  route([node('a'), node('c'), PAYEE], [10, 300]),
  route([node('d'), PAYEE], [900]),
]

let lnd: ScriptedLnd
let backend: ReturnType<typeof createLndBackend>

const stepsOf = ({ hops }: RawRoute): string[] =>
  hops.map(({ pub_key }, index) => `${index === 0 ? SELF : hops[index - 1]?.pub_key}>${pub_key}`)

beforeAll(async () => {
  lnd = await new ScriptedLnd().start()
  lnd.on('queryRoutes', ({ ignored_pairs }) => {
    const ignored = (ignored_pairs as { from: Buffer; to: Buffer }[]).map(
      ({ from, to }) => `${from.toString('hex')}>${to.toString('hex')}`,
    )
    const found = KNOWN.find((known) => !stepsOf(known).some((step) => ignored.includes(step)))
    if (found === undefined) throw refuse(2, 'unable to find a path to destination')
    return { routes: [found] }
  })
  const macaroon = fixture<Record<string, string>>('macaroons')['admin']!
  backend = createLndBackend({ socket: lnd.socket, certFile, macaroon })
  await backend.connect()
})
afterAll(async () => {
  await backend.close()
  lnd.stop()
})

const target = { nodeId: nodeId(PAYEE), amountMsat: msat(5_000n) }

describe('routes', () => {
  test('others are found without the dearest step of each, cheapest first', async () => {
    const routes = await backend.routing!.findRoutes!({ target, limit: 9 })
    expect(routes.map(({ feeMsat, hops }) => [feeMsat, hops.length])).toEqual([
      [310n, 3],
      [510n, 3],
      [900n, 2],
    ])
    expect(routes[0]).toMatchObject({
      totalCltvDelta: 120,
      hops: [
        { nodeId: node('a'), channelId: '100x1x0', amountMsat: 5000n, feeMsat: 10n },
        { nodeId: node('c'), channelId: '100x1x1', feeMsat: 300n },
        { nodeId: PAYEE, channelId: '100x1x2', feeMsat: 0n },
      ],
    })
  })

  test('no more are asked for than are wanted', async () => {
    const before = lnd.count('queryRoutes')
    expect(await backend.routing!.findRoutes!({ target, limit: 1 })).toHaveLength(1)
    expect(lnd.count('queryRoutes')).toBe(before + 1)
  })

  test('an estimate is that of the route that LND likes best', async () => {
    expect(await backend.routing!.estimateFee({ target })).toEqual({ feeMsat: 510n, method: 'graph' })
  })
})

describe('probes', () => {
  const scripts = [
    {
      name: 'what reached the payee',
      reason: 'INCORRECT_PAYMENT_DETAILS',
      expected: { feeMsat: 510n, method: 'probe' },
    },
    { name: 'no route', reason: 'NO_ROUTE', expected: { code: 'no_route' } },
    { name: 'too little', reason: 'INSUFFICIENT_BALANCE', expected: { code: 'insufficient_balance' } },
    { name: 'no answer in time', reason: 'TIMEOUT', expected: { code: 'unavailable' } },
  ]
  test.each(scripts)('$name is told', async ({ reason, expected }) => {
    let asked: Record<string, unknown> = {}
    lnd.onStream('sendPayment', (stream) => {
      asked = stream.request
      stream.write({
        status: 'FAILED',
        failure_reason: `FAILURE_REASON_${reason}`,
        htlcs: [{ status: 'FAILED', route: KNOWN[0] }],
      })
      stream.end()
    })
    const answer = await backend.routing!.probe!({ target }).catch((error: unknown) => error)
    expect(answer).toMatchObject(expected)
    expect(asked).toMatchObject({ max_parts: 1, amt_msat: '5000', dest: Buffer.from(PAYEE, 'hex') })
    expect((asked['payment_hash'] as Buffer).length).toBe(32)
  })

  test('no two probes have the same hash', async () => {
    const hashes = new Set<string>()
    lnd.onStream('sendPayment', (stream) => {
      hashes.add((stream.request['payment_hash'] as Buffer).toString('hex'))
      throw refuse(2, 'unable to find a path to destination')
    })
    for (let probes = 0; probes < 3; probes++)
      await expect(backend.routing!.probe!({ target })).rejects.toMatchObject({ code: 'no_route' })
    expect(hashes.size).toBe(3)
  })
})
