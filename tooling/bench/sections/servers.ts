import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres, POSTGRES_MISSING, startPostgres } from '@lightning-mcp/nodes'
import { createHttpCaller } from '../mcp-http-client.ts'
import { createStdioCaller } from '../mcp-stdio-client.ts'
import { compare } from '../measure.ts'
import { cpuSeconds, startNode, stop, waitForOutput } from '../processes.ts'
import { heading, line } from '../report.ts'

const TOKEN = 'bench-token-that-only-this-machine-knows-0123456789'
const CALLS: Readonly<Record<number, number>> = { 1: 40, 16: 320, 64: 640 }
/** Test money is given to invoices for it, and the default daily limit is meant for a person. */
const LIMITS = ['--max-per-day-sats', '100000000']

type Call = (name: string, args: object) => Promise<unknown>

const makeInvoices = async (call: Call, count: number): Promise<string[]> => {
  const invoices: string[] = []
  while (invoices.length < count)
    invoices.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(32, count - invoices.length) }, async () => {
          const made = (await call('create_test_invoice', { amount_sats: 1 })) as { invoice: string }
          return made.invoice
        }),
      )),
    )
  return invoices
}

/** Durable payments a second through one server process, and how its time divides. */
const measure = async (name: string, server: ChildProcess, call: Call, rounds: number): Promise<void> => {
  for (const parallel of [1, 16, 64]) {
    const calls = CALLS[parallel] ?? 64
    const invoices = await makeInvoices(call, (calls + 20) * (rounds + 1))
    let next = 0
    const pay = {
      name: 'pay_invoice',
      run: async () => {
        const answer = (await call('pay_invoice', { invoice: invoices[next++], max_fee_sats: 1 })) as {
          status: string
        }
        if (answer.status !== 'settled') throw new Error(JSON.stringify(answer))
      },
    }
    const empty = { name: 'get_budget', run: () => call('get_budget', {}) }
    const before = cpuSeconds(server.pid)
    const result = await compare({ ours: pay, floor: empty, rounds, calls, parallel, warmup: 20 })
    const after = cpuSeconds(server.pid)
    line(
      `${name}, ${parallel} at a time`,
      `${result.ours.perSecond.toFixed(0)} payments/s, ${result.ours.medianMs.toFixed(2)} ms · get_budget ${result.floor.perSecond.toFixed(0)}/s, ${result.floor.medianMs.toFixed(2)} ms`,
      name === 'HTTP, SQLite' && parallel === 64 ? '≥ 500/s' : undefined,
    )
    if (before !== undefined && after !== undefined)
      line(
        '  CPU of the server',
        `${(((after - before) * 1e3) / (calls * rounds + 20)).toFixed(2)} ms for a payment and a get_budget`,
      )
  }
}

/** One server of its own, on SQLite in a folder or on the given PostgreSQL. */
async function measureServer(transport: 'HTTP' | 'stdio', database: string | undefined, rounds: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-bench-'))
  const args = ['--backend', 'simulator', '--data-dir', folder, ...LIMITS]
  const env = {
    LIGHTNING_MCP_TOKEN: TOKEN,
    ...(database === undefined ? {} : { LIGHTNING_MCP_DATABASE: database }),
  }
  const name = `${transport}, ${database === undefined ? 'SQLite' : 'PostgreSQL'}`
  const server =
    transport === 'HTTP'
      ? startNode('apps/http/src/main.ts', [...args, '--port', '0'], { env })
      : startNode('apps/stdio/src/main.ts', args, { env })
  try {
    if (transport === 'stdio')
      return await measure(name, server, (await createStdioCaller(server)).call, rounds)
    const [url] = await waitForOutput(server, 'stderr', /http:\/\/127\.0\.0\.1:\d+/)
    const caller = createHttpCaller(`${url}/mcp`, TOKEN)
    await measure(name, server, caller.call, rounds)
    caller.close()
  } finally {
    await stop(server)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Payments on the simulator through whole servers: SDK, tool, decoding, wallet, ledger, backend. */
export const servers = async (rounds: number): Promise<void> => {
  heading('durable payments through the servers, on the simulator')
  for (const transport of ['HTTP', 'stdio'] as const) await measureServer(transport, undefined, rounds)
  if (findPostgres() === undefined) return line('PostgreSQL', `not measured: ${POSTGRES_MISSING}`)
  const postgres = await startPostgres({ durable: true })
  try {
    for (const transport of ['HTTP', 'stdio'] as const) await measureServer(transport, postgres.url(), rounds)
  } finally {
    await postgres.remove()
  }
}
