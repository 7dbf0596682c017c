import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type HttpServer, startHttpServer } from '../../../tooling/interop/servers/http-server.ts'
import { modernCall, send, toolCall } from './support/fixture-app.ts'

const AMOUNT_SATS = 700

let server: HttpServer | undefined
afterEach(() => server?.end('SIGKILL'))

/** The structured result of a tool, and whether it was an error. */
const ask = async (port: number, name: string, args: object = {}) => {
  const { text } = await send(port, modernCall('tools/call', { name, arguments: args }))
  // a call that takes long is answered as a stream of events
  const { result } = JSON.parse(text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? ''))
  return { data: result.structuredContent, isError: result.isError === true }
}

describe('a client that hangs up while its payment is under way', () => {
  test.each([
    { era: '2025', call: (args: object) => ({ headers: {}, body: toolCall('pay_invoice', args) }) },
    {
      era: '2026',
      call: (args: object) => modernCall('tools/call', { name: 'pay_invoice', arguments: args }),
    },
  ])('loses nothing: it settles and is found ($era)', async ({ call }) => {
    server = await startHttpServer({ args: ['--backend', 'simulator', '--option', 'latencyMs=300'] })
    const port = Number(new URL(server.url).port)
    const before = (await ask(port, 'get_wallet_balance')).data.balance_sats
    const { invoice, payment_hash } = (await ask(port, 'create_test_invoice', { amount_sats: AMOUNT_SATS }))
      .data
    const { headers, body } = call({ invoice })
    const hanging = httpRequest({
      host: '127.0.0.1',
      port,
      agent: false,
      method: 'POST',
      path: '/mcp',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })
    hanging.on('error', () => {})
    hanging.end(body)
    // on record, and not over yet
    for (;;) {
      const { data, isError } = await ask(port, 'get_payment_status', { payment_hash })
      if (isError) continue
      expect(data.status).toBe('pending')
      break
    }
    hanging.destroy()

    const { data: waited } = await ask(port, 'wait_for_payment', { payment_hash, wait_seconds: 30 })
    expect(waited).toMatchObject({ status: 'settled', payment_hash })
    const { data: found } = await ask(port, 'get_payment_status', { payment_hash })
    expect(found).toMatchObject({ status: 'settled', amount_sats: AMOUNT_SATS })
    // the same call again, as a client does that got no answer
    const { data: again } = await ask(port, 'pay_invoice', { invoice })
    expect(again).toMatchObject({ status: 'settled', replayed: true, payment_id: found.payment_id })
    const after = (await ask(port, 'get_wallet_balance')).data.balance_sats
    expect(before - after).toBeGreaterThanOrEqual(AMOUNT_SATS)
    expect(before - after).toBeLessThan(2 * AMOUNT_SATS)
  })
})
