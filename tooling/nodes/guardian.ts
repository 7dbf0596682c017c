// Started beside each network with a pipe to its owner. When the owner is gone, however it went
// (SIGKILL included), the pipe ends; if the network was not stopped in order, the guardian does it.
import { sweep } from './processes.ts'

const file = process.argv[2]
if (file === undefined) throw new Error('usage: guardian.ts RUN_FILE')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdin.resume()
process.stdin.on('error', () => {})
process.stdin.on('close', () => {
  sweep(file)
  process.exit(0)
})
