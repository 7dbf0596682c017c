import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'

export interface OpenStream {
  request: ClientRequest
  response: IncomingMessage
  /** Resolves once the text so far matches. */
  until(pattern: RegExp): Promise<string>
  ended: Promise<string>
}

/** A raw request whose answer is read while it comes. */
export const openStream = (
  port: number,
  call: { headers?: Record<string, string>; body: string },
): Promise<OpenStream> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        agent: false,
        method: 'POST',
        path: '/mcp',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...call.headers,
        },
      },
      (response) => {
        let text = ''
        const waiting = new Set<() => void>()
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
          for (const check of waiting) check()
        })
        const ended = new Promise<string>((done) => response.on('close', () => done(text)))
        resolve({
          request,
          response,
          ended,
          until: (pattern) =>
            new Promise((done) => {
              const check = () => {
                if (!pattern.test(text)) return
                waiting.delete(check)
                done(text)
              }
              waiting.add(check)
              check()
            }),
        })
      },
    )
    request.on('error', reject)
    request.end(call.body)
  })
