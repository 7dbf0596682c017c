/**
 * The fake as a process of its own, for measurements: says on stdout where it is, and ends when stdin does.
 * `node --conditions=development tooling/fake-cln/main.ts [payments and invoices of its history]`
 */
import { startFakeCln } from './src/index.ts'

const entries = Number(process.argv[2] ?? 0)
const fake = await startFakeCln({ rest: true })
fake.fillHistory({ payments: entries, invoices: entries })
process.stdout.write(`${JSON.stringify({ socketPath: fake.socketPath, rest: fake.rest })}\n`)
process.stdin.resume().on('end', () => {
  void fake.close().then(() => process.exit(0))
})
