// An approver: the part that runs elsewhere, on a phone's server or in a chat bot. It shares a secret with
// the wallet, to know who asks, and alone has the key by which it answers. The wallet's signed policy names
// the public half: "approvals": { "webhook": { "url": "https://…", "key": approver.publicKey } }.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ApprovalRequest, type OwnerKey, signDecision, verifyWebhook } from '@lightning-mcp/wallet'

export interface ApproverOptions {
  /** The wallet's `webhookSecret`. */
  secret: string
  key: OwnerKey
  /** Where a person would be asked. `undefined`: not decided yet, so the wallet asks again later. */
  decide: (request: ApprovalRequest) => 'approve' | 'deny' | undefined
}

export async function startApprover({ secret, key, decide }: ApproverOptions) {
  const server = createServer(async (incoming, response) => {
    response.setHeader('content-type', 'application/json')
    try {
      const header = (name: string) => incoming.headers[name]?.toString()
      const request = verifyWebhook({ body: await bodyOf(incoming), header, secret })
      const decision = decide(request)
      const answer = decision === undefined ? {} : signDecision(request, { decision, key })
      response.end(JSON.stringify(answer))
    } catch {
      response.writeHead(401).end('{}')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/approve`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of incoming) {
    body += String(part)
    if (body.length > 65_536) throw new Error('too long')
  }
  return body
}
