import { join } from 'node:path'
import type { Forward } from '@lightning-mcp/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLndBackend } from '../src/index.ts'
import { fixture } from './fixtures.ts'
import { ScriptedLnd } from './harness/scripted-lnd.ts'

const certFile = join(import.meta.dirname, 'fixtures', 'proxy.cert')
const NOW = Math.floor(Date.now() / 1000)
const NANOS = 1_000_000_000n

let lnd: ScriptedLnd
let backend: ReturnType<typeof createLndBackend>
/** Nanoseconds, oldest first, none twice. */
let log: readonly bigint[] = []

/** As channeldb/forwarding_log.go answers: both ends count, the offset within them, so many at most. */
function answer(request: Record<string, unknown>): object {
  const number = (name: string): bigint => BigInt(String(request[name]))
  const inRange = log.filter((ns) => ns >= number('start_time') * NANOS && ns <= number('end_time') * NANOS)
  const offset = Number(request['index_offset'])
  const events = inRange.slice(offset, offset + Number(request['num_max_events']))
  return {
    forwarding_events: events.map((ns) => ({
      timestamp_ns: String(ns),
      chan_id_in: '1099511693313',
      chan_id_out: '1099511693312',
      amt_in_msat: '1001',
      amt_out_msat: '1000',
      fee_msat: '1',
    })),
    last_offset_index: offset + events.length,
  }
}

beforeAll(async () => {
  lnd = await new ScriptedLnd().start()
  lnd.on('forwardingHistory', answer)
  const macaroon = fixture<Record<string, string>>('macaroons')['admin']!
  backend = createLndBackend({ socket: lnd.socket, certFile, macaroon })
  await backend.connect()
})
afterAll(async () => {
  await backend.close()
  lnd.stop()
})

async function pages(limit: number, window: { from?: number; to?: number } = {}): Promise<Forward[]> {
  const found: Forward[] = []
  let cursor: string | undefined
  do {
    const page = await backend.forwards!.list({
      limit,
      ...window,
      ...(cursor === undefined ? {} : { cursor }),
    })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

const seconds = (list: readonly bigint[]): number[] => list.map((ns) => Number(ns / NANOS)).reverse()

describe('forwards', () => {
  const agesInNanos = fc.uniqueArray(
    fc.oneof(
      fc.bigInt(0n, 3n * NANOS),
      fc.bigInt(0n, 100_000n * NANOS),
      // years ago
      fc.bigInt(0n, 200_000_000n * NANOS),
    ),
    { maxLength: 40 },
  )

  test('pages join to the whole log, newest first, whatever its gaps', async () => {
    await fc.assert(
      fc.asyncProperty(agesInNanos, fc.integer({ min: 1, max: 9 }), async (ages, limit) => {
        log = ages.map((age) => BigInt(NOW) * NANOS - age).sort((a, b) => (a < b ? -1 : 1))
        expect((await pages(limit)).map(({ createdAt }) => createdAt)).toEqual(seconds(log))
      }),
      { numRuns: 25 },
    )
  })

  test('more than one answer of LND are one page', async () => {
    log = Array.from({ length: 2_345 }, (_, index) => BigInt(NOW - 60) * NANOS + BigInt(index))
    expect(await pages(1000)).toHaveLength(2_345)
  })

  test('from counts, to does not', async () => {
    log = [10, 20, 30, 40].map((second) => BigInt(NOW - 100 + second) * NANOS)
    const window = { from: NOW - 80, to: NOW - 60 }
    expect((await pages(5, window)).map(({ createdAt }) => createdAt)).toEqual([NOW - 70, NOW - 80])
  })

  test('a cursor of another list is refused', async () => {
    await expect(backend.forwards!.list({ limit: 5, cursor: 'abc:0' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})
