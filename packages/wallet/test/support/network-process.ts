import {
  createSimulatedNetwork,
  DEFAULT_TOPOLOGY,
  serveSimulatedNetwork,
} from '@lightning-mcp/backend-simulator'
import { sat } from '@lightning-mcp/core'

// A simulated network that outlives the wallets which are killed, with one payer for each of them.
const [socketPath = '', payers = '1'] = process.argv.slice(2)
const names = Array.from({ length: Number(payers) }, (_, i) => `payer-${i}`)
const network = createSimulatedNetwork({
  latencyMs: 20,
  topology: {
    nodes: [...DEFAULT_TOPOLOGY.nodes, ...names.map((name) => ({ name, onchainSat: sat(3_000_000n) }))],
    channels: [
      ...DEFAULT_TOPOLOGY.channels,
      ...names.map((name) => ({ between: [name, 'hub'] as const, capacitySat: sat(2_000_000n) })),
    ],
  },
})
const server = await serveSimulatedNetwork({ network, socketPath })
process.on('disconnect', () => process.exit(0))
process.send?.({ socketPath: server.socketPath })
