import { describe, expect, it } from 'vitest'
import { ServerProcess } from './support/server-process.ts'

const GONE_WITHIN_MS = 2_000

describe('the end of the server', () => {
  const ways: { name: string; end: (server: ServerProcess) => void }[] = [
    { name: 'stdin closes', end: (server) => server.child.stdin.end() },
    { name: 'SIGTERM', end: (server) => server.child.kill('SIGTERM') },
    { name: 'SIGINT', end: (server) => server.child.kill('SIGINT') },
    { name: 'SIGHUP', end: (server) => server.child.kill('SIGHUP') },
    {
      name: 'nobody reads stdout',
      end: (server) => {
        server.child.stdout.destroy()
        server.send({ id: 99, method: 'tools/list', params: {} })
      },
    },
  ]
  it.each(ways)('comes cleanly when $name', async ({ end }) => {
    const server = new ServerProcess()
    await server.initialize()
    await server.data('get_wallet_balance')
    const asked = performance.now()
    end(server)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - asked).toBeLessThan(GONE_WITHIN_MS)
  })

  it('comes before the first request too', async () => {
    const server = new ServerProcess()
    expect(await server.end()).toEqual({ code: 0, signal: null })
    expect(server.stdout).toBe('')
  })

  it('comes while a call waits', async () => {
    const server = new ServerProcess()
    await server.initialize()
    const { payment_hash } = await server.data('create_invoice', { amount_sats: 10 })
    server.send({
      id: 99,
      method: 'tools/call',
      params: { name: 'wait_for_payment', arguments: { payment_hash, wait_seconds: 60 } },
    })
    await server.data('get_wallet_balance')
    const asked = performance.now()
    expect(await server.end()).toEqual({ code: 0, signal: null })
    expect(performance.now() - asked).toBeLessThan(GONE_WITHIN_MS)
  })
})
