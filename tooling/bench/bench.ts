/**
 * `npm run bench [-- SECTION …] [--rounds N]`: what our code costs over the raw floor, as ratios
 * from one run. Absolute times depend on the machine and its neighbours; the ratios are the result.
 */
import { cpus, loadavg } from 'node:os'
import { heading, line } from './report.ts'

const sections: Record<string, { what: string; run: (rounds: number) => Promise<void> }> = {
  decode: {
    what: 'BOLT 11 decoding',
    run: async (rounds) => (await import('./sections/decode.ts')).decode(rounds),
  },
  wallet: {
    what: 'durable payments by the wallet alone, on both stores; a ledger of a million',
    run: async (rounds) => (await import('./sections/wallet.ts')).wallet(rounds),
  },
  simulator: {
    what: 'a payment on the simulator, bare and through the wallet',
    run: async (rounds) => (await import('./sections/simulator.ts')).simulator(rounds),
  },
  stdio: {
    what: 'a tool call over stdio',
    run: async (rounds) => (await import('./sections/stdio.ts')).stdio(rounds),
  },
  http: {
    what: 'a tool call over HTTP, with CPU per call',
    run: async (rounds) => (await import('./sections/http.ts')).http(rounds),
  },
  servers: {
    what: 'durable payments through whole servers, stdio and HTTP',
    run: async (rounds) => (await import('./sections/servers.ts')).servers(rounds),
  },
  startup: {
    what: 'start-up, size of tools/list, memory',
    run: async (rounds) => (await import('./sections/startup.ts')).startup(rounds),
  },
  fakes: {
    what: 'invoices, payments and history of Core Lightning and Eclair, on fakes',
    run: async (rounds) => (await import('./sections/fakes.ts')).fakes(rounds),
  },
  lnd: {
    what: 'invoices and payments on real LND',
    run: async (rounds) => (await import('./sections/lnd.ts')).lnd(rounds),
  },
}

const args = process.argv.slice(2)
if (args.includes('--help')) {
  process.stdout.write('npm run bench [-- SECTION …] [--rounds N]\n\n')
  for (const [name, { what }] of Object.entries(sections))
    process.stdout.write(`  ${name.padEnd(10)} ${what}\n`)
  process.exit(0)
}
const roundsIndex = args.indexOf('--rounds')
const rounds = roundsIndex === -1 ? 5 : Number(args[roundsIndex + 1])
const chosen = args.filter((arg, i) => !arg.startsWith('--') && (roundsIndex === -1 || i !== roundsIndex + 1))
const unknown = chosen.filter((name) => !(name in sections))
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(
    `unknown: ${unknown.join(', ') || '--rounds'}; sections: ${Object.keys(sections).join(', ')}\n`,
  )
  process.exit(2)
}

heading('npm run bench')
line(
  'machine',
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
)
line('rounds', `${rounds}, alternating with the floor; medians`)

let failed = false
for (const [name, section] of Object.entries(sections)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  try {
    await section.run(rounds)
  } catch (error) {
    failed = true
    heading(section.what)
    line('FAILED', error instanceof Error ? error.message : String(error))
  }
}
process.exit(failed ? 1 : 0)
