/**
 * A fake node in a process of its own: `fake-node.ts cln|eclair [PAST]`, with so many payments and paid
 * invoices in its past. Says where it is as one line of JSON; for each line `COUNT` on stdin it answers
 * that many fresh invoices of another node; from `slow MS` on each step of a payment takes so long.
 */
import { createInterface } from 'node:readline'
import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { msat, sat } from '@lightning-mcp/core'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'

const SEED = 'bench'
const AMOUNT = msat(10_000n)

const network = createSimulatedNetwork({
  seed: SEED,
  topology: {
    nodes: [{ name: 'alice', onchainSat: sat(5_000_000n) }, { name: 'hub' }],
    channels: [{ between: ['alice', 'hub'], capacitySat: sat(40_000_000n), remoteSat: sat(1_000_000n) }],
  },
})
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const hub = network.wallet('hub')
const past = Number(process.argv[3] ?? 0)
const makeInvoice = async (): Promise<string> =>
  (await hub.createInvoice({ amountMsat: AMOUNT, expirySeconds: 86_400 })).invoice as string

if (process.argv[2] === 'cln') {
  const { socketPath, fillHistory } = await startFakeCln({ network: { network, seed: SEED } })
  if (past > 0) fillHistory({ payments: past, invoices: past })
  say({ socketPath })
} else {
  const { url, password, fillHistory } = await startFakeEclair({ network: { network, seed: SEED } })
  if (past > 0) fillHistory({ sent: past, received: past })
  say({ url, password })
}

for await (const order of createInterface({ input: process.stdin })) {
  const [, milliseconds] = /^slow (\d+)$/.exec(order) ?? []
  if (milliseconds !== undefined) network.setLatency(Number(milliseconds))
  const count = milliseconds === undefined ? Number(order) : 0
  const invoices: string[] = []
  while (invoices.length < count) invoices.push(await makeInvoice())
  say(invoices)
}
