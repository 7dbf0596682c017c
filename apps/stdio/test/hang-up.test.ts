import { describe, expect, it } from 'vitest'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const AMOUNT_SATS = 700

const start = async (folder: string, latencyMs: number): Promise<ServerProcess> => {
  const server = new ServerProcess({
    args: ['--backend', 'simulator', '--data-dir', folder, '--option', `latencyMs=${latencyMs}`],
  })
  await server.initialize()
  return server
}

const balance = async (server: ServerProcess): Promise<number> =>
  Number((await server.data('get_wallet_balance'))['balance_sats'])

/** Sends a payment, and returns once it is on record and not over yet. */
async function payUnheard(server: ServerProcess) {
  const { invoice, payment_hash } = await server.data('create_test_invoice', { amount_sats: AMOUNT_SATS })
  server.send({ id: 'pay', method: 'tools/call', params: { name: 'pay_invoice', arguments: { invoice } } })
  for (;;) {
    const status = await server.call('get_payment_status', { payment_hash })
    if (status.isError === true) continue
    expect(status.structuredContent).toMatchObject({ status: 'pending' })
    return { invoice, payment_hash }
  }
}

async function expectPaidOnce(
  server: ServerProcess,
  { invoice, payment_hash }: Awaited<ReturnType<typeof payUnheard>>,
  before: number,
): Promise<void> {
  const waited = await server.data('wait_for_payment', { payment_hash, wait_seconds: 30 })
  expect(waited).toMatchObject({ status: 'settled', payment_hash })
  const found = await server.data('get_payment_status', { payment_hash })
  expect(found).toMatchObject({ status: 'settled', amount_sats: AMOUNT_SATS })
  const again = await server.data('pay_invoice', { invoice })
  expect(again).toMatchObject({ replayed: true, payment_id: found['payment_id'] })
  const spent = before - (await balance(server))
  expect(spent).toBeGreaterThanOrEqual(AMOUNT_SATS)
  expect(spent).toBeLessThan(2 * AMOUNT_SATS)
}

describe('a client that goes while its payment is under way', () => {
  it('loses nothing when it only cancels the call', async () => {
    const server = await start(temporaryFolder(), 300)
    const before = await balance(server)
    const paid = await payUnheard(server)
    server.send({ method: 'notifications/cancelled', params: { requestId: 'pay', reason: 'no patience' } })
    await expectPaidOnce(server, paid, before)
    await server.end()
  })

  it('loses nothing when it is killed', async () => {
    const folder = temporaryFolder()
    const first = await start(folder, 300)
    const before = await balance(first)
    const paid = await payUnheard(first)
    // what a server sees of a client that was killed: nobody writes, and nobody reads
    first.child.stdin.destroy()
    first.child.stdout.destroy()
    first.child.stderr.destroy()
    expect(await first.exited).toEqual({ code: 0, signal: null })

    const second = await start(folder, 0)
    await expectPaidOnce(second, paid, before)
    await second.end()
  })
})
