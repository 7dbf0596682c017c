import { readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import type { LndNode } from '@lightning-mcp/nodes'

/** LND's REST called with as little as there can be: the second floor beside raw gRPC. */
export const createLndRest = (node: LndNode) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, ca: readFileSync(node.certFile) })
  const macaroon = readFileSync(node.macaroonFile).toString('hex')
  const { hostname, port } = new URL(node.rest)
  return {
    /** Answers the last line of the reply (a stream has one object a line). */
    post: (path: string, body: object): Promise<{ result?: { status?: string } }> =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body)
        const request = httpsRequest(
          {
            agent,
            host: hostname,
            port,
            path,
            method: 'POST',
            headers: { 'Grpc-Metadata-macaroon': macaroon, 'content-length': Buffer.byteLength(text) },
          },
          (response) => {
            let answer = ''
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => {
              answer += chunk
            })
            response.on('end', () => {
              if (response.statusCode !== 200) reject(new Error(answer.slice(0, 300)))
              else resolve(JSON.parse(answer.trim().split('\n').at(-1) ?? '{}'))
            })
          },
        )
        request.on('error', reject)
        request.end(text)
      }),
    close: () => agent.destroy(),
  }
}
