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

const balance = async (server: ServerProcess): Promise<bigint> => {
  const data = await server.data('get_wallet_balance')
  return BigInt(String(data['balance_msat'] ?? `${data['balance_sats']}000`))
}

/** Sends the call and does not wait for its answer. */
function payWithProgress(server: ServerProcess, invoice: unknown): void {
  server.send({
    id: 'pay',
    method: 'tools/call',
    params: { name: 'pay_invoice', arguments: { invoice }, _meta: { progressToken: 'step' } },
  })
}

/** The same call again and again, as a client does that got no answer: what was never sent takes a minute to be proven so. */
async function payUntilSettled(server: ServerProcess, invoice: unknown): Promise<Record<string, unknown>> {
  for (;;) {
    const { structuredContent } = await server.call('pay_invoice', { invoice, wait_seconds: 30 })
    const answer = structuredContent as Record<string, unknown>
    if (answer['status'] === 'settled') return answer
    expect(answer).toMatchObject({ status: expect.stringMatching(/^(pending|failed)$/) })
  }
}

const isOnRecord = async (server: ServerProcess, paymentHash: unknown): Promise<boolean> =>
  (await server.call('get_payment_status', { payment_hash: paymentHash })).isError !== true

describe('kill -9 in the middle of a payment', () => {
  const moments: {
    name: string
    latencyMs: number
    wait: (server: ServerProcess, paymentHash: unknown) => Promise<void>
  }[] = [
    { name: 'the call is on its way', latencyMs: 30, wait: async () => undefined },
    {
      name: 'the payment is on record',
      latencyMs: 300,
      wait: async (server, paymentHash) => {
        while (!(await isOnRecord(server, paymentHash)));
      },
    },
    {
      name: 'the recipient has the money',
      latencyMs: 30,
      wait: (server) =>
        server.until(() => server.notifications.some(({ method }) => method === 'notifications/progress')),
    },
  ]
  it.each(moments)('moves money at most once: $name', { timeout: 150_000 }, async ({ latencyMs, wait }) => {
    const folder = temporaryFolder()
    const first = await start(folder, latencyMs)
    const before = await balance(first)
    const { invoice, payment_hash } = await first.data('create_test_invoice', { amount_sats: AMOUNT_SATS })
    payWithProgress(first, invoice)
    await wait(first, payment_hash)
    await first.kill()

    const second = await start(folder, 0)
    // the same call again, as a client does that got no answer
    const again = await payUntilSettled(second, invoice)
    expect(again).toMatchObject({ payment_hash })
    const cost = BigInt(AMOUNT_SATS) * 1000n + BigInt(String(again['fee_msat'] ?? `${again['fee_sats']}000`))
    expect(before - (await balance(second))).toBe(cost)

    // and once more: it is on record
    const third = await second.data('pay_invoice', { invoice })
    expect(third).toMatchObject({ replayed: true, payment_id: again['payment_id'] })
    expect(before - (await balance(second))).toBe(cost)
    expect(await second.end()).toEqual({ code: 0, signal: null })
  })

  it('is no worse than a client that leaves while the payment is under way', async () => {
    const folder = temporaryFolder()
    const first = await start(folder, 300)
    const before = await balance(first)
    const { invoice, payment_hash } = await first.data('create_test_invoice', { amount_sats: AMOUNT_SATS })
    payWithProgress(first, invoice)
    while (!(await isOnRecord(first, payment_hash)));
    expect(await first.end()).toEqual({ code: 0, signal: null })

    const second = await start(folder, 0)
    const again = await second.data('pay_invoice', { invoice, wait_seconds: 30 })
    expect(again).toMatchObject({ status: 'settled', replayed: true, payment_hash })
    const spent = before - (await balance(second))
    expect(spent).toBeGreaterThanOrEqual(BigInt(AMOUNT_SATS) * 1000n)
    expect(spent).toBeLessThan(2n * BigInt(AMOUNT_SATS) * 1000n)
    await second.end()
  })

  it('leaves invoices and history as they were', async () => {
    const folder = temporaryFolder()
    const first = await start(folder, 0)
    const { invoice, payment_hash } = await first.data('create_invoice', { amount_sats: 50, memo: 'kept' })
    await first.kill()
    const second = await start(folder, 0)
    await second.data('pay_test_invoice', { invoice })
    expect(await second.data('get_payment_status', { payment_hash })).toMatchObject({ status: 'settled' })
    await second.end()
  })
})

describe('two servers on one data folder', () => {
  it('share the network and pay one invoice once', async () => {
    const folder = temporaryFolder()
    const servers = [await start(folder, 20), await start(folder, 20)] as const
    const before = await balance(servers[0])
    const { invoice } = await servers[0].data('create_test_invoice', { amount_sats: AMOUNT_SATS })
    const outcomes = await Promise.all(
      servers.map((server) => server.data('pay_invoice', { invoice, wait_seconds: 30 })),
    )
    expect(new Set(outcomes.map((outcome) => outcome['payment_id'])).size).toBe(1)
    for (const outcome of outcomes) expect(outcome['status']).toBe('settled')
    const spent = before - (await balance(servers[1]))
    expect(spent).toBeLessThan(2n * BigInt(AMOUNT_SATS) * 1000n)
    // the network outlives the server that was there first
    await servers[0].kill()
    expect(before - (await balance(servers[1]))).toBe(spent)
    await servers[1].end()
  })
})
