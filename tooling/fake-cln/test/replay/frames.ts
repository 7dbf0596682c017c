import { once } from 'node:events'
import { connect } from 'node:net'
import type { Capture } from '../../src/index.ts'
import type { World } from './world.ts'

const GUARD_MS = 5000

/** What the captured bytes are, with an invoice of this network where one is paid. */
async function bytesFor(capture: Capture, world: World): Promise<string> {
  const sent = capture.sent ?? ''
  const [paid] = /lnbcrt[0-9a-z]{100,}/.exec(sent) ?? []
  return paid === undefined ? sent : sent.replace(paid, await world.invoice({ amountMsat: 1500 }))
}

/** Sends the bytes of a capture to a node, and answers what comes back until as much has come as then, or it hangs up. */
export async function replayFrame(capture: Capture, world: World): Promise<string> {
  const node = capture.node === 'node-c' ? 'c' : 'a'
  const wanted = messagesOf(capture.received ?? '').filter(isAnswer).length
  const socket = connect(world.fakes[node].socketPath)
  let text = ''
  const ended = new AbortController()
  const guard = setTimeout(() => ended.abort(), GUARD_MS)
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const answers = messagesOf(text).filter(isAnswer).length
    if (wanted > 0 && answers === wanted) socket.destroy()
    // the long poll of a pipelined request ends by the clock
    else if (answers > 0) world.clock.advance(1000)
  })
  socket.write(await bytesFor(capture, world))
  await once(socket, 'close', { signal: ended.signal }).finally(() => clearTimeout(guard))
  return text
}

export type Message = Readonly<Record<string, unknown>>

/** Each is one object and two newlines. */
export const messagesOf = (text: string): Message[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((one) => JSON.parse(one) as Message)

/** What comes between answers has no `id` of its own. */
export const isAnswer = (message: Message): boolean => 'id' in message
