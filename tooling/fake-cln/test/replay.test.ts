import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type Capture, captures } from '../src/index.ts'
import { channelReplays } from './replay/channels.ts'
import { isAnswer, messagesOf, replayFrame } from './replay/frames.ts'
import { invoiceReplays } from './replay/invoices.ts'
import { nodeReplays } from './replay/node.ts'
import { NOT_SERVED } from './replay/not-served.ts'
import { offerAndRuneReplays } from './replay/offers-and-runes.ts'
import { onchainReplays } from './replay/onchain.ts'
import { paymentReplays } from './replay/payments.ts'
import type { Replays } from './replay/replay.ts'
import { replayRest } from './replay/rest.ts'
import { differences, fixedText } from './replay/shape.ts'
import { openWorld, type World } from './replay/world.ts'

const REPLAYS: Replays = {
  ...invoiceReplays,
  ...paymentReplays,
  ...channelReplays,
  ...nodeReplays,
  ...onchainReplays,
  ...offerAndRuneReplays,
}

const all = [...captures().values()]
const frames = all.filter(({ name }) => name.startsWith('frame-'))
const rests = all.filter(({ name }) => name.startsWith('rest-') && !(name in NOT_SERVED))
const calls = all.filter(({ name }) => name in REPLAYS)

async function inWorld(run: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld()
  try {
    await run(world)
  } finally {
    await world.close()
  }
}

/** Same shape, same code; the same words where they are not about this or that node. */
function expectAlike(captured: unknown, given: unknown): void {
  expect(differences([captured], given)).toEqual([])
  const [told, wanted] = [errorOf(given), errorOf(captured)]
  expect(told.code).toBe(wanted.code)
  expect(told.text).toBe(wanted.text)
}

function errorOf(reply: unknown): { code: unknown; text: string | undefined } {
  const { error } = reply as { error?: { code: unknown; message: string } }
  return { code: error?.code, text: error === undefined ? undefined : fixedText(error.message) }
}

const replyOf = ({ response }: Capture): unknown => response

describe('each captured call is answered in the captured shape', () => {
  test.each(calls.map((capture) => [capture.name, capture] as const))('%s', async (name, capture) => {
    await inWorld(async (world) => {
      expectAlike(replyOf(capture), await REPLAYS[name]?.(world))
    })
  })
})

describe('each captured frame is answered in the captured shape', () => {
  test.each(frames.map((capture) => [capture.name, capture] as const))('%s', async (_name, capture) => {
    await inWorld(async (world) => {
      const given = messagesOf(await replayFrame(capture, world))
      const captured = messagesOf(capture.received ?? '')
      const answers = captured.filter(isAnswer)
      expect(given.filter(isAnswer).length).toBe(answers.length)
      given.filter(isAnswer).forEach((message, index) => {
        expectAlike(answers[index], message)
      })
      const between = captured.filter((message) => !isAnswer(message))
      expect(given.filter((message) => !isAnswer(message)).length > 0).toBe(between.length > 0)
      for (const message of given.filter((one) => !isAnswer(one)))
        expect(differences(between, message)).toEqual([])
    })
  })
})

describe('each captured HTTP call is answered in the captured shape', () => {
  test.each(rests.map((capture) => [capture.name, capture] as const))('%s', async (_name, capture) => {
    await inWorld(async (world) => {
      const { status, content_type, json } = capture.response as Record<string, unknown>
      const given = await replayRest(capture, world)
      expect(differences([{ status, content_type, json }], given)).toEqual([])
      expect([given.status, given.content_type]).toEqual([status, content_type])
      const [told, wanted] = [given.json, json] as { code?: unknown; message?: string }[]
      expect(told?.code).toBe(wanted?.code)
      expect(fixedText(told?.message ?? '')).toBe(fixedText(wanted?.message ?? ''))
    })
  })
})

test('an escape in a description is refused in the captured words', async () => {
  await inWorld(async (world) => {
    const params = String.raw`{"amount_msat":1000,"label":"u","description":"caff\u00e8 \u2615 \"quoted\" \\ back"}`
    const socket = connect(world.fakes.a.socketPath)
    socket.write(`{"jsonrpc":"2.0","id":1,"method":"invoice","params":${params}}`)
    const [bytes] = await new Promise<Buffer[]>((resolve) => {
      socket.once('data', (...chunks: Buffer[]) => resolve(chunks))
    })
    socket.destroy()
    const { id: _id, jsonrpc: _version, ...given } = JSON.parse(String(bytes)) as Record<string, unknown>
    expect(given).toEqual(captures().get('invoice-unicode')?.response)
  })
})

test('every capture is replayed, or listed with a reason, and not both', () => {
  const replayed = new Set([...calls, ...frames, ...rests].map(({ name }) => name))
  const listed = Object.keys(NOT_SERVED)
  expect(all.map(({ name }) => name).filter((name) => !replayed.has(name) && !(name in NOT_SERVED))).toEqual(
    [],
  )
  expect(listed.filter((name) => replayed.has(name) || !captures().has(name))).toEqual([])
  expect(Object.keys(REPLAYS).filter((name) => !captures().has(name))).toEqual([])
})
