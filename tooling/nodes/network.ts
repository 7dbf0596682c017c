import { type Btcd, startBtcd } from './btcd.ts'
import { buildNodes, type Say } from './build.ts'
import { LndNode, type LndNodeOptions } from './lnd-node.ts'
import { freePorts } from './ports.ts'
import { sweepLeftovers } from './processes.ts'
import { openRunBook } from './run-book.ts'
import { waitUntil } from './wait-until.ts'

/** Regtest only: the first node's wallet, made once by hand, so that its first address is known before it runs and blocks can be mined to it. */
const MINER_SEED =
  'ability comfort city case immense cricket umbrella sail butter can imitate other path grain fatal conduct shiver order era smart agree fix tag plug'
const MINER_ADDRESS = 'bcrt1q5ejl5dxu2d9tk9lvcswj28ahfrley8wup866tc'

/** After this many blocks csv, segwit and taproot are active (three BIP 9 windows of 144) and there are coins to spend. */
const FIRST_BLOCKS = 450

export interface NetworkOptions {
  /** How many LND nodes, in a row: a–b–c. Default 3. */
  nodes?: number
  /** Capacity of each channel. Default 16,000,000. */
  channelSat?: number
  /** How much of it lies on the far side. Default: half. */
  pushSat?: number
  /** All nodes but the last are watchtowers, and the last may have them watch over it. */
  watchtowers?: boolean
  /** Told what is being done. */
  say?: Say
}

export interface Network {
  readonly nodes: readonly LndNode[]
  readonly btcd: Btcd
  readonly folder: string
  /** One more node, without coins and channels. With `password` it can be restarted locked. */
  addNode(options?: { password?: boolean }): Promise<LndNode>
  /** Opens one more channel and waits until both sides can use it. */
  openChannel(from: LndNode, to: LndNode, options: { sat: number; pushSat: number }): Promise<void>
  /** Mines blocks and waits until every node that runs, and is not locked, has seen them. */
  mine(blocks: number): Promise<void>
  /** Stops everything and removes its files. */
  stop(): Promise<void>
}

/** A chain and LND nodes in a row, channels open and balanced, each node knowing the whole graph. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const say = options.say ?? (() => {})
  const binaries = await buildNodes()
  const swept = sweepLeftovers()
  if (swept > 0) say(`removed what ${swept} crashed network(s) had left behind`)

  const book = openRunBook()
  const nodes: LndNode[] = []
  let btcd: Btcd | undefined
  const stop = async (): Promise<void> => {
    await Promise.allSettled(nodes.map((node) => node.stop()))
    await btcd?.daemon.stop()
    book.close()
  }
  try {
    const count = options.nodes ?? 3
    const ports = await freePorts(2 + 4 * count)
    btcd = await startBtcd({
      binary: binaries.btcd,
      folder: book.folder,
      miningAddress: MINER_ADDRESS,
      ports: [ports[0]!, ports[1]!],
      book,
    })
    await btcd.mine(1)
    const chain = btcd
    const makeNode = (
      ports: LndNodeOptions['ports'],
      more: Pick<LndNodeOptions, 'seed' | 'towerPort' | 'watchtowerClient'>,
    ): LndNode => {
      const node = new LndNode({
        name: String.fromCharCode(97 + nodes.length),
        binary: binaries.lnd,
        folder: book.folder,
        ports,
        btcd: chain,
        book,
        ...more,
      })
      nodes.push(node)
      return node
    }
    for (let index = 0; index < count; index++)
      makeNode([ports[2 + 4 * index]!, ports[3 + 4 * index]!, ports[4 + 4 * index]!], {
        ...(index === 0 ? { seed: MINER_SEED.split(' ') } : {}),
        ...(options.watchtowers !== true
          ? {}
          : index === count - 1
            ? { watchtowerClient: true }
            : { towerPort: ports[5 + 4 * index]! }),
      })
    await Promise.all(nodes.map((node) => node.start()))
    say('nodes are up')
    const mine = mineAndSync(btcd, nodes)
    const network: Network = {
      nodes,
      btcd,
      folder: book.folder,
      mine,
      stop,
      addNode: async ({ password = false } = {}) => {
        const [rpc, rest, peer] = await freePorts(3)
        const node = makeNode([rpc!, rest!, peer!], password ? { seed: 'fresh' } : {})
        await node.start()
        return node
      },
      openChannel: async (from, to, { sat, pushSat }) => {
        const active = () => from.call<{ num_active_channels: number }>('default', 'getInfo')
        const before = (await active()).num_active_channels
        await openChannel(from, to, sat, pushSat)
        await mine(6)
        await waitUntil('the new channel to be active', async () => {
          return (await active()).num_active_channels > before
        })
      },
    }
    await fund(network)
    await openChannels(network, options.channelSat ?? 16_000_000, options.pushSat)
    say('channels are open')
    return network
  } catch (error) {
    await stop()
    throw error
  }
}

const mineAndSync =
  (btcd: Btcd, nodes: readonly LndNode[]) =>
  async (blocks: number): Promise<void> => {
    await btcd.mine(blocks)
    const height = await btcd.height()
    await Promise.all(
      nodes
        .filter((node) => node.active)
        .map((node) =>
          waitUntil(`${node.name} to see block ${height}`, async () => {
            const info = await node.call<{ block_height: number; synced_to_chain: boolean }>(
              'default',
              'getInfo',
            )
            return info.block_height >= height && info.synced_to_chain
          }),
        ),
    )
  }

/** The first node gets the coinbases and gives the others some. */
async function fund({ nodes, mine }: Network): Promise<void> {
  const [miner, ...others] = nodes as [LndNode, ...LndNode[]]
  // the wallet must know its first address before the blocks that pay to it
  const first = await miner.call<{ address: string }>('default', 'newAddress', { type: 0 })
  if (first.address !== MINER_ADDRESS) throw new Error('the first address is not the one that is mined to')
  await mine(FIRST_BLOCKS)
  if (others.length === 0) return
  const outputs = await Promise.all(
    others.map((node) => node.call<{ address: string }>('default', 'newAddress', { type: 0 })),
  )
  await waitUntil('the first node to own its coins', async () => {
    const balance = await miner.call<{ confirmed_balance: string }>('default', 'walletBalance')
    return BigInt(balance.confirmed_balance) > 100_000_000_000n
  })
  await miner.call('default', 'sendMany', {
    AddrToAmount: Object.fromEntries(outputs.map(({ address }) => [address, '1000000000'])),
    sat_per_vbyte: '2',
  })
  await mine(1)
}

async function openChannel(from: LndNode, to: LndNode, channelSat: number, pushSat: number): Promise<void> {
  await from
    .call('default', 'connectPeer', { addr: { pubkey: to.pubkey, host: to.peerAddress }, perm: true })
    .catch((error: Error) => {
      if (!error.message.includes('already connected')) throw error
    })
  await waitUntil(`${from.name} to open a channel to ${to.name}`, () =>
    from.call<object>('default', 'openChannelSync', {
      node_pubkey: Buffer.from(to.pubkey, 'hex'),
      local_funding_amount: String(channelSat),
      push_sat: String(pushSat),
      sat_per_vbyte: '2',
    }),
  )
}

async function openChannels({ nodes, mine }: Network, channelSat: number, pushSat?: number): Promise<void> {
  const pairs = nodes.slice(0, -1).map((node, index) => [node, nodes[index + 1]!] as const)
  await Promise.all(
    pairs.map(([from, to]) => openChannel(from, to, channelSat, pushSat ?? Math.floor(channelSat / 2))),
  )
  // one block makes a channel usable, six announce it
  await mine(6)
  await Promise.all(
    nodes.map(async (node, index) => {
      const own = index === 0 || index === nodes.length - 1 ? Math.min(1, pairs.length) : 2
      await waitUntil(`${node.name} to see the whole graph`, async () => {
        const info = await node.call<{ num_active_channels: number }>('default', 'getInfo')
        if (info.num_active_channels !== own) return false
        const graph = await node.call<{ edges: { node1_policy: unknown; node2_policy: unknown }[] }>(
          'default',
          'describeGraph',
        )
        return (
          graph.edges.length === pairs.length &&
          graph.edges.every((edge) => edge.node1_policy !== null && edge.node2_policy !== null)
        )
      })
    }),
  )
}
