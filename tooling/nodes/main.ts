import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildNodes, findBinaries, sayOnStderr } from './build.ts'
import { buildClnRpc } from './cln-rpc.ts'
import { installPostgres } from './install-postgres.ts'
import type { LndNode } from './lnd-node.ts'
import { type Network, startNetwork } from './network.ts'
import { buildFolder } from './paths.ts'
import { sweepLeftovers } from './processes.ts'

const HELP = `Real LND nodes on regtest: btcd and a row of LND nodes with open, balanced channels.

  npm run nodes                     start the network, print how to use it, stop at Ctrl-C
  npm run nodes -- start --nodes 2  the same with another number of nodes (1 to 8, default 3)
  npm run nodes -- build            build LND and btcd from source, once (needs Go 1.24 or later)
  npm run nodes -- cln-rpc          build the check of our Core Lightning fake with cln-rpc (needs Rust)
  npm run nodes -- postgres         install PostgreSQL, which the wallet's tests start for themselves
  npm run nodes -- clean            end and remove what crashed networks left behind
  npm run nodes -- --help           this text

Built nodes lie in ~/.cache/lightning-mcp/nodes (or LIGHTNING_MCP_NODES_CACHE).
`

const { values, positionals } = (() => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        nodes: { type: 'string', default: '3' },
      },
    })
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    process.exit(2)
  }
})()

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  const count = Number(values.nodes)
  if (!Number.isInteger(count) || count < 1 || count > 8) fail('--nodes must be a whole number from 1 to 8.')
  let stopping = false
  // neither the daemons nor their connections keep this process alive by themselves
  const alive = setInterval(() => {}, 60_000)
  const signal = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')])
  if (findBinaries() === undefined) await buildNodes()
  const began = Date.now()
  const starting = startNetwork({ nodes: count, say: sayOnStderr })
  await Promise.race([
    starting,
    signal.then(() => {
      stopping = true
    }),
  ])
  const network = await starting
  if (!stopping) {
    sayOnStderr(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s`)
    process.stdout.write(describe(network))
    await signal
  }
  sayOnStderr('stopping')
  await network.stop()
  clearInterval(alive)
}

function describe({ nodes, folder }: Network): string {
  const names = nodes.map((node) => node.name).join(' – ')
  // the first node's key is the same in every network: records of another one would not fit
  const records = join(folder, 'records')
  const one = (node: LndNode): string =>
    [
      `Node ${node.name}   ${node.pubkey}`,
      `  REST ${node.rest}   peers ${node.pubkey}@${node.peerAddress}`,
      ...Object.entries(node.environment()).map(([name, value]) => `  export ${name}=${value}`),
    ].join('\n')
  return `
Channels: ${names}, 16,000,000 sats each, half on either side.

${nodes.map(one).join('\n\n')}

To use node ${nodes[0]!.name}, paste its three export lines into another terminal, then:
  export LIGHTNING_MCP_BACKEND=lnd LIGHTNING_MCP_DATA_DIR=${records} LIGHTNING_MCP_OWNER_DIR=${records}-owner
  npm run -s stdio -- doctor
  npm run -s stdio -- owner init      # asks for a passphrase; before it nothing is spent
  npm run -s stdio                    # or: npm run -s http -- --port 8001

Ctrl-C stops the network and removes it.
`
}

const command = positionals[0] ?? 'start'
if (values.help) process.stdout.write(HELP)
else if (command === 'build')
  await buildNodes().then(
    () => sayOnStderr(`ready: ${buildFolder()}`),
    (error: Error) => fail(error.message),
  )
else if (command === 'cln-rpc')
  await buildClnRpc().then(
    (program) => sayOnStderr(`ready: ${program}`),
    (error: Error) => fail(error.message),
  )
else if (command === 'postgres') {
  try {
    sayOnStderr(`ready: ${installPostgres()}`)
  } catch (error) {
    fail((error as Error).message)
  }
} else if (command === 'clean') sayOnStderr(`removed ${sweepLeftovers()} leftover network(s)`)
else if (command === 'start')
  await start().catch((error: Error) => fail(`${error.message}\n${causeOf(error)}`))
else {
  process.stderr.write(`unknown command: ${command}\n\n${HELP}`)
  process.exit(2)
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : ''
}
