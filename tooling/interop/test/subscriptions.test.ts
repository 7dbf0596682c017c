import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, describe, expect, test } from 'vitest'
import { serverCommand } from '../servers/commands.ts'
import { type HttpServer, startHttpServer } from '../servers/http-server.ts'

const SIMULATOR = ['--backend', 'simulator']

/** Everywhere a client can subscribe: a 2025-era client over stateless HTTP cannot, and polls. */
const places = [
  { transport: 'http', revision: '2026-07-28' },
  { transport: 'stdio', revision: '2026-07-28' },
  { transport: 'stdio', revision: '2025-11-25' },
] as const

describe('a paid invoice', () => {
  let http: HttpServer | undefined
  let client: Client
  afterEach(async () => {
    await client.close()
    await http?.end('SIGTERM')
    http = undefined
  })

  test.each(places)(
    'is told to a subscriber at $revision over $transport',
    async ({ transport, revision }) => {
      const isModern = revision === '2026-07-28'
      client = new Client(
        { name: 'subscriber', version: '1.0.0' },
        { versionNegotiation: { mode: isModern ? { pin: revision } : 'legacy' } },
      )
      if (transport === 'http') http = await startHttpServer({ args: SIMULATOR })
      await client.connect(
        http === undefined
          ? new StdioClientTransport({ ...serverCommand('stdio', SIMULATOR), stderr: 'pipe' })
          : new StreamableHTTPClientTransport(new URL(http.url)),
      )
      const call = async (name: string, args: Record<string, unknown>) =>
        (await client.callTool({ name, arguments: args })).structuredContent as Record<string, string>
      const { invoice, payment_hash } = await call('create_invoice', { amount_sats: 21 })
      const uri = `wallet://invoices/${payment_hash}`

      const told = new Promise<string>((resolve) =>
        client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
          if (params.uri === uri) resolve(params.uri)
        }),
      )
      if (isModern) await client.listen({ resourceSubscriptions: [uri] })
      else await client.subscribeResource({ uri })
      await call('pay_test_invoice', { invoice })
      expect(await told).toBe(uri)
      const { contents } = await client.readResource({ uri })
      expect(JSON.stringify(contents)).toContain('settled')
    },
  )
})
