import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { badInputs } from '../bad-input/cases.ts'
import { makeInvoices } from '../bad-input/invoices.ts'
import type { McpTestClient, ServerPlace } from '../clients/mcp-client.ts'
import { connectV2 } from '../clients/sdk-v2-client.ts'
import { serverCommand } from '../servers/commands.ts'
import { type HttpServer, startHttpServer } from '../servers/http-server.ts'

const SIMULATOR = ['--backend', 'simulator']
const cases = badInputs(makeInvoices())

/** What only a fault of ours would show: a stack, a source file, a folder of this machine. */
const INSIDES = /\bat \S+ \(|\.[jt]s:\d+|node_modules|file:\/\/|\/packages\//

describe.each(['http', 'stdio'] as const)('bad input over %s', (transport) => {
  let http: HttpServer | undefined
  let client: McpTestClient
  let stderr = ''
  beforeAll(async () => {
    let place: ServerPlace
    if (transport === 'http') {
      http = await startHttpServer({ args: SIMULATOR })
      place = http
    } else {
      place = {
        ...serverCommand('stdio', SIMULATOR),
        onStderr: (text) => {
          stderr += text
        },
      }
    }
    client = await connectV2(place)
  })
  afterAll(async () => {
    await client.close()
    await http?.end('SIGTERM')
  })

  const wallet = async () => ({
    balance: (await client.callTool('get_wallet_balance')).data,
    payments: (await client.callTool('get_payments')).data,
  })

  test.each(cases)('$name: $code', async ({ tool, arguments: args, code }) => {
    const before = await wallet()
    const answer = await client.callTool(tool, args)
    expect(answer).toMatchObject({
      isError: true,
      data: {
        code,
        message: expect.stringMatching(/\S/),
        next_step: expect.stringMatching(/\S/),
        money_may_have_moved: false,
        retry: expect.stringMatching(/^(safe|after-delay|after-lookup|never)$/),
      },
    })
    expect(answer.text).toMatch(new RegExp(`^${code}: `))
    expect(JSON.stringify(answer)).not.toMatch(INSIDES)
    expect(JSON.stringify(answer).length).toBeLessThan(4_000)
    expect(await wallet()).toEqual(before)
  })

  test('an unknown tool is a protocol error that the server survives', async () => {
    await expect(client.callTool('pay_invoices')).rejects.toThrow(/not found/)
  })

  test('after all of it the server still pays', async () => {
    const { data } = await client.callTool('create_test_invoice', { amount_sats: 21 })
    const paid = await client.callTool('pay_invoice', { invoice: data.invoice })
    expect(paid.data).toMatchObject({ status: 'settled' })
  })

  test('nothing of it was a fault of the server', () => {
    expect(http?.stderr() ?? stderr).not.toMatch(/"level":"error"| error /)
  })
})
