import { createConnection } from 'node:net'

/** The least that speaks to `lightning-rpc`: one connection, answers matched by number. */
export async function openRawCln(path: string) {
  const socket = createConnection(path)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let left = ''
  let next = 1
  socket.setEncoding('utf8').on('data', (text: string) => {
    const messages = (left + text).split('\n\n')
    left = messages.pop() as string
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message)
      if (error === undefined) waiting.get(id)?.resolve(result)
      else waiting.get(id)?.reject(new Error(error.message))
      waiting.delete(id)
    }
  })
  return {
    call: (method: string, params: object) =>
      new Promise<unknown>((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      }),
    close: () => socket.destroy(),
  }
}
