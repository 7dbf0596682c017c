/**
 * `npm run chaos`: wallets in processes of their own, several on one database, on a network in
 * another; killed with SIGKILL at steps and moments chosen at random while calls run in parallel
 * against a daily budget that they exceed, restarted, and asked the same again. Then the network's
 * own books are counted.
 */
import { parseArgs } from 'node:util'
import { requireNodes, requirePostgres, startPostgres } from '@lightning-mcp/nodes'

const USAGE =
  'npm run chaos [-- --runs N] [--seed N] [--store sqlite|postgres] [--lnd] [--at-once N]   (default 200 runs, a seed from the clock, SQLite, the simulator, 2 at once)\n'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', default: 'sqlite' },
    lnd: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
})
const [runs, seed, atOnce] = [values.runs, values.seed, values['at-once']].map(Number) as [
  number,
  number,
  number,
]
const known = ['sqlite', 'postgres'].includes(values.store)
if (values.help || !known || ![runs, seed, atOnce].every((value) => Number.isInteger(value) && value > 0)) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 2)
}
if (values.store === 'postgres' && !requirePostgres('chaos on PostgreSQL')) process.exit(1)
if (values.lnd && !(await requireNodes('chaos on real LND'))) process.exit(1)

const server = values.store === 'postgres' ? await startPostgres() : undefined
if (server !== undefined) {
  // read by the wallets' processes and by what opens their databases
  process.env['WALLET_TEST_STORE'] = 'postgres'
  process.env['WALLET_TEST_POSTGRES'] = server.url()
}
const { isClean, storm } = await import('./storm.ts')
const stages = values.lnd
  ? await (await import('./lnd-stages.ts')).startLndStages()
  : (await import('./simulator-stages.ts')).openSimulatorStages()

process.stdout.write(
  `chaos: ${runs} runs on ${values.store}, ${values.lnd ? 'LND' : 'the simulator'}, seed ${seed}\n`,
)
try {
  const tally = await storm({
    runs,
    seed,
    atOnce,
    openStage: async () => stages.stage(),
    say: (line) => void process.stderr.write(`  ${line}\n`),
  })
  const { kills, payments, double, lost, breaches, reserved, findings } = tally
  process.stdout.write(
    `runs ${runs} · kills ${kills} · payments ${payments} · double payments ${double} · lost payments ${lost} · limit breaches ${breaches} · still reserved ${reserved} · wrong in the ledger ${findings}\n`,
  )
  process.exitCode = isClean(tally) ? 0 : 1
} finally {
  await stages.close()
  await server?.remove()
}
