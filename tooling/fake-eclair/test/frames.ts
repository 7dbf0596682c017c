import { WebSocket } from 'ws'
import type { FakeEclair } from '../src/index.ts'
import type { JsonObject } from '../src/json.ts'
import { ask, call, type EclairLine } from './eclair-line.ts'

/** Opens a websocket with the password. */
export async function openStream({
  url,
  password,
}: Pick<FakeEclair, 'url' | 'password'>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { auth: `:${password}` })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}

/** What a node's websocket tells while something happens; ends with the last frame that it must bring. */
export async function readFrames(
  line: EclairLine,
  node: 'a' | 'b' | 'c',
  what: 'open-channel' | 'pay',
): Promise<readonly JsonObject[]> {
  const frames: JsonObject[] = []
  const socket = await openStream(line[node])
  let wake = (): void => {}
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as JsonObject)
    wake()
  })
  const until = async (type: string, times: number): Promise<void> => {
    while (frames.filter((frame) => frame['type'] === type).length < times)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
  if (what === 'open-channel') {
    await call(line.a, 'connect', { uri: `${line.b.nodeId}@127.0.0.1:19742` })
    await call(line.a, 'open', { nodeId: line.b.nodeId, fundingSatoshis: 2_000_000 })
    await until('channel-funding-created', 1)
    line.a.network.mineBlocks(6)
    await until('channel-confirmed', 1)
  } else {
    for (const amountMsat of [12_000, 13_000]) {
      const { serialized } = (await ask(line.c, 'createinvoice', { description: 'ws', amountMsat })) as {
        serialized: string
      }
      await call(line.a, 'payinvoice', { invoice: serialized, blocking: 'true' })
    }
    const { serialized, paymentHash } = (await ask(line.c, 'createinvoice', {
      description: 'refused',
      amountMsat: 1000,
    })) as { serialized: string; paymentHash: string }
    await call(line.c, 'deleteinvoice', { paymentHash })
    await call(line.a, 'payinvoice', { invoice: serialized, blocking: 'true' })
    if (node === 'a') await until('payment-failed', 1)
    else await until('payment-received', 2)
  }
  socket.terminate()
  return frames
}
