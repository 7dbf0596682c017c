import type { ChildProcess } from 'node:child_process'

interface Answer {
  id?: number
  result?: { isError?: boolean; structuredContent?: unknown }
}

/** Calls tools over a child's stdin and stdout with as little of a client as there can be. */
export const createStdioCaller = async (child: ChildProcess) => {
  const waiting = new Map<number, (answer: Answer) => void>()
  let id = 0
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const rows = (rest + chunk).split('\n')
    rest = rows.pop() ?? ''
    for (const row of rows) {
      const answer = JSON.parse(row) as Answer
      if (answer.id === undefined) continue
      waiting.get(answer.id)?.(answer)
      waiting.delete(answer.id)
    }
  })
  const write = (message: object) => child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const ask = (method: string, params: object) =>
    new Promise<Answer>((resolve) => {
      id += 1
      waiting.set(id, resolve)
      write({ id, method, params })
    })
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  })
  write({ method: 'notifications/initialized' })
  return {
    async call(name: string, args: object): Promise<unknown> {
      const answer = await ask('tools/call', { name, arguments: args })
      if (answer.result === undefined || answer.result.isError === true)
        throw new Error(JSON.stringify(answer).slice(0, 400))
      return answer.result.structuredContent
    },
  }
}
