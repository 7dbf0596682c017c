import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as HttpTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport as InMemoryTransportV1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { createMcpHandler, InMemoryTransport, type Transport } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpFace } from '../src/index.ts'

export interface Called {
  content: { type: string; text?: string; data?: string; mimeType?: string }[]
  structuredContent: Record<string, unknown>
  isError?: boolean
  _meta?: Record<string, unknown>
}

export interface CallOptions {
  signal?: AbortSignal
  onprogress?: (progress: { progress: number; message?: string | undefined }) => void
}

/** What the tests need of a client, whatever its SDK. */
export interface TestClient {
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown }[] }>
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<Called>
  readResource(uri: string): Promise<{ contents: { uri: string; text?: string }[] }>
  getInstructions(): string | undefined
  close(): Promise<void>
}

const info = { name: 'test', version: '0' }

const MODERN: ClientOptions = { versionNegotiation: { mode: { pin: '2026-07-28' } } }
const AUTO: ClientOptions = { versionNegotiation: { mode: 'auto' } }
const LEGACY: ClientOptions = { versionNegotiation: { mode: 'legacy' } }

const wrap = (client: Client): TestClient => ({
  listTools: () => client.listTools(),
  call: (name, args, options) =>
    client.callTool({ name, arguments: args }, options) as unknown as Promise<Called>,
  readResource: (uri) => client.readResource({ uri }) as ReturnType<TestClient['readResource']>,
  getInstructions: () => client.getInstructions(),
  close: () => client.close(),
})

const wrapV1 = (client: ClientV1): TestClient => ({
  listTools: () => client.listTools(),
  call: (name, args, options) =>
    client.callTool({ name, arguments: args }, undefined, options as never) as unknown as Promise<Called>,
  readResource: (uri) => client.readResource({ uri }) as ReturnType<TestClient['readResource']>,
  getInstructions: () => client.getInstructions(),
  close: () => client.close(),
})

/** One connection that lasts, like stdio. */
export async function overConnection(face: McpFace, options: ClientOptions = MODERN): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair()
  serveStdio(face.createServer, { transport: far })
  const client = new Client(info, options)
  await client.connect(near)
  return client
}

const URL_HTTP = new URL('http://127.0.0.1/mcp')

/** A server per request, like HTTP, without a socket. */
export async function overHttp(
  face: McpFace,
  options: ClientOptions = MODERN,
  handler = createMcpHandler(face.createServer),
): Promise<Client> {
  const client = new Client(info, options)
  await client.connect(
    new StreamableHTTPClientTransport(URL_HTTP, {
      fetch: (url, init) => handler.fetch(new Request(url, init as RequestInit)),
    }),
  )
  return client
}

async function v1OverConnection(face: McpFace): Promise<TestClient> {
  const [near, far] = InMemoryTransportV1.createLinkedPair()
  serveStdio(face.createServer, { transport: far as unknown as Transport })
  const client = new ClientV1(info)
  await client.connect(near)
  return wrapV1(client)
}

async function v1OverHttp(face: McpFace): Promise<TestClient> {
  const handler = createMcpHandler(face.createServer)
  const client = new ClientV1(info)
  await client.connect(
    new HttpTransportV1(URL_HTTP, {
      fetch: (url, init) => handler.fetch(new Request(url, init as RequestInit)),
    }) as never,
  )
  return wrapV1(client)
}

/** Every client and kind of transport that the face must serve alike. */
export const CONNECTIONS: Readonly<Record<string, (face: McpFace) => Promise<TestClient>>> = {
  'SDK 2.x, 2026-07-28, one connection': async (face) => wrap(await overConnection(face, MODERN)),
  'SDK 2.x, negotiated, one connection': async (face) => wrap(await overConnection(face, AUTO)),
  'SDK 2.x, older revision, one connection': async (face) => wrap(await overConnection(face, LEGACY)),
  'SDK 2.x, 2026-07-28, HTTP': async (face) => wrap(await overHttp(face, MODERN)),
  'SDK 2.x, older revision, HTTP': async (face) => wrap(await overHttp(face, LEGACY)),
  'SDK 1.x, one connection': v1OverConnection,
  'SDK 1.x, HTTP': v1OverHttp,
}

/** The strictest client there is: it checks every answer against the output schema, failures included. */
export const connect = v1OverConnection
