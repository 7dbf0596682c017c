#!/usr/bin/env node
// Runs a simulated network in a process of its own, until it is told to end.
import { parseArgs } from 'node:util'
import { LightningError } from '@lightning-mcp/core'
import { createSimulatedNetwork, type SimulatedNetworkOptions } from './simulated-network.ts'
import { serveSimulatedNetwork } from './socket/serve-simulated-network.ts'

const USAGE = 'usage: network-process --socket PATH [--state FILE] [--seed TEXT] [--latency-ms NUMBER]\n'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      state: { type: 'string' },
      seed: { type: 'string' },
      'latency-ms': { type: 'string' },
    },
  })
  if (values.socket === undefined) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  const options: SimulatedNetworkOptions = {}
  if (values.state !== undefined) options.stateFile = values.state
  if (values.seed !== undefined) options.seed = values.seed
  if (values['latency-ms'] !== undefined) options.latencyMs = Number(values['latency-ms'])
  const network = createSimulatedNetwork(options)
  const server = await serveSimulatedNetwork({ network, socketPath: values.socket })
  const end = (): void => {
    void server.close().then(() => network.close())
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  const nodes = network.nodes.map(({ name, nodeId }) => ({ name, nodeId }))
  process.stdout.write(`${JSON.stringify({ ready: true, socketPath: server.socketPath, nodes })}\n`)
}

main().catch((error: unknown) => {
  const text = LightningError.is(error) ? `${error.message}. ${error.hint ?? ''}` : String(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
})
