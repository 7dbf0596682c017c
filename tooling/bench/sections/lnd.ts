import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLndBackend } from '@lightning-mcp/backend-lnd'
import { satToMsat } from '@lightning-mcp/core'
import { initOwner, type LndNode, nodesAvailable, startNetwork } from '@lightning-mcp/nodes'
import { createLndRest } from '../lnd-rest.ts'
import { createHttpCaller } from '../mcp-http-client.ts'
import { type Comparison, type Contender, compare } from '../measure.ts'
import { cpuSeconds, startNode, stop, waitForOutput } from '../processes.ts'
import { comparison, heading, line } from '../report.ts'

const TOKEN = 'bench-token-that-only-this-machine-knows-0123456789'

const makeInvoices = async (payee: LndNode, count: number): Promise<string[]> => {
  const invoices: string[] = []
  while (invoices.length < count)
    invoices.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(16, count - invoices.length) }, async () => {
          const made = await payee.call<{ payment_request: string }>('default', 'addInvoice', {
            value_msat: '10000',
          })
          return made.payment_request
        }),
      )),
    )
  return invoices
}

/** Which of the two ways to call LND directly is faster here is the floor. */
const fasterFloor = async (
  grpc: Contender,
  rest: Contender,
  options: { calls: number; rounds: number; parallel: number },
): Promise<Contender> => {
  const result: Comparison = await compare({ ours: rest, floor: grpc, warmup: 4, ...options })
  const winner = result.throughputRatio > 1 ? rest : grpc
  line(
    `floor, ${options.parallel} at a time: ${winner.name}`,
    `raw gRPC ${result.floor.perSecond.toFixed(0)}/s · REST ${result.ours.perSecond.toFixed(0)}/s`,
  )
  return winner
}

/** Invoices and payments on real LND, against the fastest way to call it directly. */
export const lnd = async (rounds: number): Promise<void> => {
  heading('real LND on regtest, against LND called directly')
  if (!(await nodesAvailable())) {
    line('skipped', 'no LND here: run `npm run nodes -- build` once (needs Go)')
    return
  }
  const network = await startNetwork({ nodes: 2 })
  const [payer, payee] = network.nodes as [LndNode, LndNode]
  const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-bench-'))
  const rest = createLndRest(payer)
  const backend = createLndBackend({
    socket: payer.socket,
    certFile: payer.certFile,
    macaroonFile: payer.macaroonFile,
  })
  const settings = ['--backend', 'lnd', '--data-dir', folder, '--owner-dir', join(folder, 'owner')]
  await initOwner(settings, payer.environment())
  const server = startNode(
    'apps/http/src/main.ts',
    [...settings, '--port', '0', '--max-per-day-sats', '100000000'],
    {
      env: { ...payer.environment(), LIGHTNING_MCP_TOKEN: TOKEN },
    },
  )
  const helloServer = startNode('tooling/bench/floor/hello-http.ts')
  try {
    await backend.connect()
    const [url] = await waitForOutput(server, 'stderr', /http:\/\/127\.0\.0\.1:\d+/)
    const [helloUrl] = await waitForOutput(helloServer, 'stdout', /http:\/\/\S+:\d+/)
    const mcp = createHttpCaller(`${url}/mcp`, TOKEN)
    const hello = createHttpCaller(`${helloUrl}/mcp`)
    await mcp.call('get_wallet_balance', {})

    const grpcCreate = {
      name: 'raw gRPC',
      run: () => payer.call('default', 'addInvoice', { value_msat: '1000', expiry: '3600' }),
    }
    const restCreate = {
      name: 'REST',
      run: () => rest.post('/v1/invoices', { value_msat: '1000', expiry: '3600' }),
    }
    const adapter = {
      name: 'adapter',
      run: () => backend.createInvoice({ amountMsat: satToMsat(1n), expirySeconds: 3600 }),
    }
    const throughMcp = { name: 'MCP', run: () => mcp.call('create_invoice', { amount_sats: 1 }) }
    for (const parallel of [1, 16]) {
      const shape = { calls: 100, rounds, parallel, warmup: 50 }
      const floor = await fasterFloor(grpcCreate, restCreate, shape)
      comparison(
        `create_invoice, adapter, ${parallel} at a time`,
        await compare({ ours: adapter, floor, ...shape }),
        'throughput',
        '≥ 0.85',
      )
      comparison(
        `create_invoice, MCP over HTTP, ${parallel} at a time`,
        await compare({ ours: throughMcp, floor, ...shape }),
        'throughput',
      )
      const sdk = await compare({
        ours: { name: 'hello', run: () => hello.call('hello', {}) },
        floor,
        ...shape,
      })
      line(
        '  of which bare SDK and Fastify',
        `${sdk.ours.medianMs.toFixed(2)} ms a call (an empty tool, ${parallel} at a time)`,
      )
    }

    for (const parallel of [1, 16]) {
      const calls = parallel === 1 ? 15 : 64
      const invoices = await makeInvoices(payee, calls * rounds * 4 + 4 * 20)
      let next = 0
      const take = () => invoices[next++] as string
      const grpcPay = {
        name: 'raw gRPC',
        run: () =>
          payer.first<{ status: string }>(
            'router',
            'sendPaymentV2',
            {
              payment_request: take(),
              timeout_seconds: 60,
              fee_limit_msat: '10000',
              no_inflight_updates: true,
            },
            (payment) => payment.status === 'SUCCEEDED',
          ),
      }
      const restPay = {
        name: 'REST',
        run: async () => {
          const answer = await rest.post('/v2/router/send', {
            payment_request: take(),
            timeout_seconds: 60,
            fee_limit_msat: '10000',
            no_inflight_updates: true,
          })
          if (answer.result?.status !== 'SUCCEEDED') throw new Error(JSON.stringify(answer))
        },
      }
      const ours = {
        name: 'MCP',
        run: async () => {
          const answer = (await mcp.call('pay_invoice', { invoice: take(), max_fee_sats: 10 })) as {
            status: string
          }
          if (answer.status !== 'settled') throw new Error(JSON.stringify(answer))
        },
      }
      const shape = { calls, rounds, parallel }
      const floor = await fasterFloor(grpcPay, restPay, shape)
      const before = cpuSeconds(server.pid)
      comparison(
        `pay_invoice, MCP over HTTP, ${parallel} at a time`,
        await compare({ ours, floor, warmup: 4, ...shape }),
        'throughput',
        '≥ 0.85',
      )
      const after = cpuSeconds(server.pid)
      if (before !== undefined && after !== undefined)
        line(
          '  CPU of our server',
          `${(((after - before) * 1e3) / (calls * rounds + 4)).toFixed(1)} ms a payment`,
        )
    }
    mcp.close()
    hello.close()
  } finally {
    rest.close()
    await backend.close()
    await Promise.all([stop(server), stop(helloServer)])
    await network.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
