/**
 * `npm run chaos [-- --runs N --seed N]`: wallets in processes of their own on a simulated network
 * in another, killed with SIGKILL at steps chosen at random while calls run in parallel, restarted,
 * and asked the same again. Then the network's own books are counted.
 */
import { parseArgs } from 'node:util'
import { type LightningBackend, msat } from '@lightning-mcp/core'
import { type NetworkProcess, startNetwork } from '../../packages/wallet/test/support/processes.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
if (values.help || !Number.isInteger(runs) || runs < 1) {
  process.stdout.write('npm run chaos [-- --runs N] [--seed N]   (default 200 runs, a seed from the clock)\n')
  process.exit(values.help ? 0 : 2)
}

const AMOUNT_MSAT = 50_000n
/** More than the wallet's default cap on one payment: must never leave. */
const ABOVE_LIMIT_MSAT = 10_001_000n
const STEPS = ['created', 'minted', 'recorded', 'before-send', 'sent', 'answered', 'result-recorded'] as const
const AT_ONCE = 2

/** A small generator, so that a seed repeats a run. */
const random = (() => {
  let state = Number(values.seed) || 1
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
})()

const count = { kills: 0, payments: 0, double: 0, lost: 0, breaches: 0, reserved: 0 }

const settledOutgoing = async (payer: LightningBackend) => {
  const { items } = await payer.listTransactions({ limit: 1000, direction: 'outgoing' })
  return items.filter(({ status }) => status === 'settled')
}

/** One wallet's life: killed some times, then left alone until its payment is settled. */
const live = async (network: NetworkProcess, index: number): Promise<void> => {
  const { payer, run } = network.stage()
  const toInvoice = random(2) === 0
  const { invoice } = await payer.controls.createTestInvoice({ amountMsat: msat(AMOUNT_MSAT) })
  const call = {
    waitSeconds: 60,
    ...(toInvoice
      ? { destination: invoice }
      : { destination: `bob${index}@shop.example`, amountMsat: `${AMOUNT_MSAT}` }),
    ...(random(2) === 0 ? {} : { idempotencyKey: `key-${index}` }),
  }
  const tooMuch = {
    destination: `eve${index}@shop.example`,
    amountMsat: `${ABOVE_LIMIT_MSAT}`,
    waitSeconds: 5,
  }
  const calls = [tooMuch, ...Array.from({ length: 1 + random(4) }, () => call)]
  for (let kills = 1 + random(3); kills > 0; kills--) {
    const died = (await run({ calls, dieAt: STEPS[random(STEPS.length)] as string })) === undefined
    if (died) count.kills += 1
  }
  let answer = await run({ calls })
  const settled = () => answer?.outcomes.slice(1).every(({ state }) => state === 'settled') === true
  for (let more = 0; more < 12 && !settled(); more++) answer = await run({ calls })

  const paid = await settledOutgoing(payer)
  count.payments += paid.length
  count.double += Math.max(0, paid.length - 1)
  if (paid.length === 0 || !settled()) count.lost += 1
  if (paid.some(({ amountMsat = 0n }) => amountMsat >= ABOVE_LIMIT_MSAT)) count.breaches += 1
  if (answer?.reservedMsat !== '0') count.reserved += 1
  await payer.close()
}

process.stdout.write(`chaos: ${runs} runs, seed ${values.seed}\n`)
const network = await startNetwork(runs)
let next = 0
const worker = async () => {
  while (next < runs) {
    const index = next++
    await live(network, index)
    if ((index + 1) % 25 === 0) process.stderr.write(`  ${index + 1} of ${runs}\n`)
  }
}
try {
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
} finally {
  await network.close()
}
const { kills, payments, double, lost, breaches, reserved } = count
process.stdout.write(
  `runs ${runs} · kills ${kills} · payments ${payments} · double payments ${double} · lost payments ${lost} · limit breaches ${breaches} · still reserved ${reserved}\n`,
)
process.exit(double + lost + breaches + reserved === 0 ? 0 : 1)
