/**
 * A fake node in a process of its own: `fake-node.ts cln|eclair`. Says where it is as one line of JSON;
 * for each line `COUNT` on stdin it answers that many fresh invoices of another node, for `past COUNT`
 * it makes that many payments of its node.
 */
import { createInterface } from 'node:readline'
import { createSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { msat, sat } from '@lightning-mcp/core'
import { startFakeCln } from '@lightning-mcp/fake-cln'
import { startFakeEclair } from '@lightning-mcp/fake-eclair'

const SEED = 'bench'
const AMOUNT = msat(10_000n)
const MAX_FEE = msat(100_000n)

const network = createSimulatedNetwork({
  seed: SEED,
  topology: {
    nodes: [{ name: 'alice', onchainSat: sat(5_000_000n) }, { name: 'hub' }],
    channels: [{ between: ['alice', 'hub'], capacitySat: sat(40_000_000n), remoteSat: sat(1_000_000n) }],
  },
})
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const [alice, hub] = [network.wallet('alice'), network.wallet('hub')]
const makeInvoice = async (): Promise<string> =>
  (await hub.createInvoice({ amountMsat: AMOUNT, expirySeconds: 86_400 })).invoice as string

if (process.argv[2] === 'cln') {
  const { socketPath } = await startFakeCln({ network: { network, seed: SEED } })
  say({ socketPath })
} else {
  const { url, password } = await startFakeEclair({ network: { network, seed: SEED } })
  say({ url, password })
}

for await (const order of createInterface({ input: process.stdin })) {
  const [word, number] = order.split(' ')
  if (word === 'past') {
    for (let made = 0; made < Number(number); made++)
      await alice.payInvoice({ invoice: await makeInvoice(), maxFeeMsat: MAX_FEE })
    say({ made: Number(number) })
  } else {
    const invoices: string[] = []
    while (invoices.length < Number(word)) invoices.push(await makeInvoice())
    say(invoices)
  }
}
