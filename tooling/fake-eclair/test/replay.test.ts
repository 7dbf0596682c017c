import { describe, expect, test } from 'vitest'
import { type Capture, readCaptures } from '../src/captures.ts'
import type { JsonObject } from '../src/json.ts'
import { call, type EclairLine, startLine, startLineWithChannels } from './eclair-line.ts'
import { readFrames } from './frames.ts'
import { bareReplays, joinedReplays } from './node-replays.ts'
import { paymentReplays, type Replay } from './payment-replays.ts'
import { shapeFault } from './shape.ts'

/** Captures whose request is not answered here, each with the reason. */
const NOT_SERVED: Readonly<Record<string, string>> = {
  globalbalance: 'BTC decimals: nothing that an adapter should read, for the other balances are exact',
  'globalbalance-empty': 'as globalbalance',
  'websocket-payments-ecl-b': 'payment-relayed: the engine does not tell when a payment is passed on',
}

const withLine = async <T>(
  start: () => Promise<EclairLine>,
  run: (line: EclairLine) => Promise<T>,
): Promise<T> => {
  const line = await start()
  try {
    return await run(line)
  } finally {
    await line.close()
  }
}

const replayOf = (name: string): { start: () => Promise<EclairLine>; replay: Replay } | undefined => {
  const bare = bareReplays[name]
  if (bare !== undefined) return { start: startLine, replay: bare }
  const joined = joinedReplays[name] ?? paymentReplays[name]
  return joined === undefined ? undefined : { start: startLineWithChannels, replay: joined }
}

const captures = [...readCaptures().values()]
const replayed = (capture: Capture): boolean => replayOf(capture.name) !== undefined

describe('the answer has the shape of the captured one', () => {
  test.each(captures.filter(replayed).map((capture) => [capture.name, capture] as const))(
    '%s',
    async (name, { response }) => {
      const { start, replay } = replayOf(name)!
      const answer = await withLine(start, replay)
      expect({
        status: answer.status,
        contentType: answer.contentType,
        challenge: answer.challenge,
        fault: shapeFault(answer.json, response?.json),
      }).toEqual({
        status: response?.status,
        contentType: response?.content_type,
        challenge: response?.www_authenticate ?? null,
        fault: undefined,
      })
    },
  )
})

describe('the frames have the shapes of the captured ones', () => {
  test.each(Object.entries(FRAMES()))('%s', async (name, { start, run }) => {
    const frames = await withLine(start, run)
    const captured = (readCaptures().get(name)?.events ?? []).filter(({ type }) => type !== undefined)
    for (const frame of frames) {
      const faults = captured
        .filter(({ type }) => type === frame['type'])
        .map((candidate) => shapeFault(frame, candidate))
      expect(faults, `${name}: ${JSON.stringify(frame)}`).toContain(undefined)
    }
    // the engine has no channels that came to nothing on the way, so steps of those may be missing
    expect(new Set(frames.map(({ type }) => type))).toEqual(new Set(captured.map(({ type }) => type)))
  })
})

test('a signature of the real Eclair is verified to the same node', async () => {
  const { request, response } = readCaptures().get('verifymessage')!
  const answer = await withLine(startLine, ({ a }) => call(a, 'verifymessage', request!.form))
  expect(answer.json).toEqual(response?.json)
})

test('an offer of the real Eclair has the same id and the same fields', async () => {
  const parse = readCaptures().get('parseoffer')!
  const disable = readCaptures().get('disableoffer')!
  await withLine(startLine, async ({ a }) => {
    expect((await call(a, 'parseoffer', parse.request!.form)).json).toEqual(parse.response?.json)
    const disabled = (await call(a, 'disableoffer', disable.request!.form)).json
    expect(Object.keys(disabled as object)).toEqual(Object.keys(disable.response?.json as object))
  })
})

test('an invoice of the real Eclair is read to the same fields', async () => {
  const { request, response } = readCaptures().get('parseinvoice')!
  const answer = await withLine(startLine, ({ a }) => call(a, 'parseinvoice', request!.form))
  expect(answer.json).toEqual(response?.json)
})

test('every capture is replayed, or not served for a reason', () => {
  const accounted = (name: string): boolean =>
    replayOf(name) !== undefined || name in FRAMES() || name in NOT_SERVED
  expect(captures.map(({ name }) => name).filter((name) => !accounted(name))).toEqual([])
  const known = new Set(captures.map(({ name }) => name))
  const replays = [bareReplays, joinedReplays, paymentReplays, FRAMES(), NOT_SERVED].flatMap(Object.keys)
  expect(replays.filter((name) => !known.has(name))).toEqual([])
  expect(replays.filter((name, index) => replays.indexOf(name) !== index)).toEqual([])
})

function FRAMES(): Record<
  string,
  { start: () => Promise<EclairLine>; run: (line: EclairLine) => Promise<readonly JsonObject[]> }
> {
  return {
    'websocket-events-ecl-a': { start: startLine, run: (line) => readFrames(line, 'a', 'open-channel') },
    'websocket-events-ecl-b': { start: startLine, run: (line) => readFrames(line, 'b', 'open-channel') },
    'websocket-events-ecl-c': { start: startLine, run: (line) => readFrames(line, 'b', 'open-channel') },
    'websocket-payments-ecl-a': { start: startLineWithChannels, run: (line) => readFrames(line, 'a', 'pay') },
    'websocket-payments-ecl-c': { start: startLineWithChannels, run: (line) => readFrames(line, 'c', 'pay') },
  }
}
