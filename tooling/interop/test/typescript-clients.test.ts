import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { McpTestClient, ServerPlace } from '../clients/mcp-client.ts'
import { connectV1 } from '../clients/sdk-v1-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { serverCommand } from '../servers/commands.ts'
import { type HttpServer, startHttpServer } from '../servers/http-server.ts'

const SIMULATOR = ['--backend', 'simulator']
const TOKEN = 'interop-token-of-forty-characters-000000'

describe('TypeScript clients list and call', () => {
  let http: HttpServer
  let client: McpTestClient | undefined
  beforeAll(async () => {
    http = await startHttpServer({ args: SIMULATOR, env: { LIGHTNING_MCP_TOKEN: TOKEN } })
  })
  afterAll(() => http.end('SIGTERM'))
  afterEach(async () => {
    await client?.close()
    client = undefined
  })

  const places: Readonly<Record<'http' | 'stdio', () => ServerPlace>> = {
    http: () => ({ url: http.url, token: TOKEN }),
    stdio: () => serverCommand('stdio', SIMULATOR),
  }
  const clients = {
    'SDK 1.x': { connect: connectV1, revision: '2025-11-25' },
    'SDK 2.x, legacy': {
      connect: (place: ServerPlace) => connectV2(place, 'legacy'),
      revision: '2025-11-25',
    },
    'SDK 2.x, auto': { connect: (place: ServerPlace) => connectV2(place, 'auto'), revision: '2026-07-28' },
    'SDK 2.x, modern': {
      connect: (place: ServerPlace) => connectV2(place, 'modern'),
      revision: '2026-07-28',
    },
  }

  test.each(
    (['http', 'stdio'] as const).flatMap((transport) =>
      Object.entries(clients).map(([name, given]) => ({ name, transport, ...given })),
    ),
  )('$name over $transport', { timeout: 60_000 }, async ({ transport, connect, revision }) => {
    client = await connect(places[transport]())
    expect(client.revision ?? revision).toBe(revision)
    expect((await client.listTools()).map((tool) => tool.name)).toEqual(
      expect.arrayContaining(['get_wallet_balance', 'pay_invoice', 'create_test_invoice']),
    )
    const before = await client.callTool('get_wallet_balance')
    const { data } = await client.callTool('create_test_invoice', { amount_sats: 21 })
    const paid = await client.callTool('pay_invoice', { invoice: data.invoice })
    expect(paid.data).toMatchObject({ status: 'settled', amount_sats: 21 })
    const after = await client.callTool('get_wallet_balance')
    expect(before.data.balance_sats - after.data.balance_sats).toBeGreaterThanOrEqual(21)
    const refused = await client.callTool('pay_invoice', { invoice: 'lnbcrt1nonsense' })
    expect(refused.isError).toBe(true)
    expect(refused.data).toMatchObject({ code: 'invalid_invoice', money_may_have_moved: false })
  })
})
