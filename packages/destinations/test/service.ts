import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeInvoice, type InvoiceFields } from '@lightning-mcp/codec'
import type { DescriptionHash, Msat, PaymentHash } from '@lightning-mcp/core'

export const METADATA = JSON.stringify([
  ['text/plain', 'Tea for Alice'],
  ['text/identifier', 'alice@example.com'],
])
export const NOW = 1_700_000_000

export interface Service {
  /** `127.0.0.1:port` */
  host: string
  /** Path and query of every request, in order. */
  asked: string[]
  /** What `/.well-known/lnurlp/NAME` answers; may be replaced by a test. */
  onTerms: RequestListener
  onCallback: RequestListener
  close(): Promise<void>
}

/** A real LNURL-pay service on this machine, honest until a test changes it. */
export async function startService(): Promise<Service> {
  const service = { asked: [] as string[] } as Service
  const server = createServer((request, response) => {
    service.asked.push(request.url ?? '')
    if (request.url?.startsWith('/callback')) service.onCallback(request, response)
    else service.onTerms(request, response)
  })
  service.host = `127.0.0.1:${await listen(server)}`
  service.onTerms = json(() => goodTerms(service.host))
  service.onCallback = json((request) => ({ pr: invoiceFor(amountAsked(request)), routes: [] }))
  service.close = () => stop(server)
  return service
}

export async function listen(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server as Server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

export const goodTerms = (host: string, changes: object = {}): object => ({
  tag: 'payRequest',
  callback: `http://${host}/callback`,
  minSendable: 1000,
  maxSendable: 100_000_000,
  commentAllowed: 20,
  metadata: METADATA,
  ...changes,
})

export const json =
  (body: (request: IncomingMessage) => unknown, status = 200): RequestListener =>
  (request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(request)))

export const raw =
  (act: (response: ServerResponse) => unknown): RequestListener =>
  (_request, response) =>
    act(response)

export const amountAsked = (request: IncomingMessage): bigint =>
  BigInt(new URL(request.url ?? '', 'http://localhost').searchParams.get('amount') ?? 0)

export function invoiceFor(amountMsat: bigint | undefined, changes: Partial<InvoiceFields> = {}): string {
  return encodeInvoice(
    {
      network: 'regtest',
      paymentHash: 'ab'.repeat(32) as PaymentHash,
      paymentSecret: 'cd'.repeat(32),
      createdAt: NOW,
      ...(amountMsat === undefined ? {} : { amountMsat: amountMsat as Msat }),
      ...(changes.description === undefined
        ? { descriptionHash: createHash('sha256').update(METADATA).digest('hex') as DescriptionHash }
        : {}),
      ...changes,
    },
    '11'.repeat(32),
  )
}
