import { Agent, request as httpRequest } from 'node:http'

/** Calls tools over HTTP with as little of a client as there can be, so that the server is what is measured. */
export const createHttpCaller = (url: string, token?: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const target = new URL(url)
  let id = 0
  return {
    call(name: string, args: object): Promise<unknown> {
      id += 1
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: {
          name,
          arguments: args,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
          },
        },
      })
      return new Promise((resolve, reject) => {
        const request = httpRequest(
          {
            agent,
            host: target.hostname,
            port: target.port,
            path: target.pathname,
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
              accept: 'application/json, text/event-stream',
              'mcp-protocol-version': '2026-07-28',
              'mcp-method': 'tools/call',
              'mcp-name': name,
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            },
          },
          (response) => {
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => {
              text += chunk
            })
            response.on('end', () => {
              try {
                resolve(parseAnswer(text, response.statusCode ?? 0))
              } catch (error) {
                reject(error)
              }
            })
          },
        )
        request.on('error', reject)
        request.end(body)
      })
    },
    close: () => agent.destroy(),
  }
}

const parseAnswer = (text: string, status: number): unknown => {
  const data = text.startsWith('{')
    ? text
    : text
        .split('\n')
        .filter((row) => row.startsWith('data:') && row.includes('"result"'))
        .map((row) => row.slice(5))
        .at(-1)
  const message = JSON.parse(data ?? '{}') as { result?: { isError?: boolean; structuredContent?: unknown } }
  if (status !== 200 || message.result === undefined || message.result.isError === true)
    throw new Error(`HTTP ${status}: ${text.slice(0, 400)}`)
  return message.result.structuredContent
}
