import { readFileSync } from 'node:fs'
import type { BackendHarness, Counterparty, Stage } from '@lightning-mcp/backend-testkit'
import { type LightningBackend, msat, nodeId } from '@lightning-mcp/core'
import {
  type LndNode,
  MACAROON_PERMISSIONS,
  mintMacaroon,
  type Network,
  startNetwork,
  waitUntil,
} from '@lightning-mcp/nodes'
import { createLndBackend } from '../../src/index.ts'
import { closeOwnChannels, openSpareChannel } from './channels.ts'
import { FaultProxy, proxyCertFile } from './fault-proxy.ts'
import { lndCounterparty } from './lnd-counterparty.ts'
import { routePayment } from './route-payment.ts'

/** The conformance kit's harness, and what other tests on the same nodes need. */
export interface LndHarness extends BackendHarness {
  readonly nodes: Network
  /** In a row: a watchtower, the neighbour, and the adapter's own. */
  readonly remote: LndNode
  readonly neighbour: LndNode
  readonly node: LndNode
  readonly proxy: FaultProxy
  /** A backend of the adapter's node, over the proxy. */
  backend(options?: { socket?: string; certFile?: string; macaroonFile?: string }): LightningBackend
  /** The macaroons that the documentation recommends for it. */
  readonly macaroonFiles: { manage: string; watchtower: string }
  stop(): Promise<void>
}

/** Three real nodes for all cases, the adapter's one behind a proxy that can do what networks do. */
export async function startLndHarness(): Promise<LndHarness> {
  const network = await startNetwork({ watchtowers: true })
  // the last one: its channels were opened by the neighbour, who pays the commitment fee, so that its
  // balance does not waver by the fee of an HTLC that is still being removed
  const [remote, neighbour, node] = network.nodes as [LndNode, LndNode, LndNode]
  // a second channel to the neighbour: together they carry what neither does alone
  await network.openChannel(neighbour, node, { sat: 16_000_000, pushSat: 8_000_000 })
  await chargeFlatFee(neighbour, node)
  const [proxy, readOnly, receiveOnly, manage, watchtower] = await Promise.all([
    new FaultProxy(node).start(),
    mintMacaroon(node, MACAROON_PERMISSIONS.readOnly),
    mintMacaroon(node, MACAROON_PERMISSIONS.receiveOnly),
    mintMacaroon(node, MACAROON_PERMISSIONS.manage),
    mintMacaroon(node, MACAROON_PERMISSIONS.watchtower),
  ])
  const foreignMessage = 'signed by the neighbour'
  const { signature } = await neighbour.call<{ signature: string }>('default', 'signMessage', {
    msg: Buffer.from(foreignMessage),
  })
  const [watching, tower] = await Promise.all([towerOf(remote), towerOf(neighbour)])
  // from the beginning: without any tower LND looks for one less and less often
  await node.call('tower_client', 'addTower', { pubkey: watching.pubkey, address: watching.listeners[0] })
  let lockedNode: Promise<LndNode> | undefined
  const locked = () => {
    lockedNode ??= (async () => {
      const other = await network.addNode({ password: true })
      await other.restart({ locked: true })
      return other
    })()
    return lockedNode
  }

  let latest: LightningBackend | undefined
  const backend = (options: { socket?: string; certFile?: string; macaroonFile?: string } = {}) =>
    createLndBackend({
      socket: proxy.socket,
      certFile: proxyCertFile,
      macaroonFile: node.macaroonFile,
      ...options,
    })
  const other = lndCounterparty(neighbour)
  const counterparty: Counterparty = {
    ...other,
    hold: {
      ...other.hold!,
      accepted: async (hash) => {
        await other.hold!.accepted(hash)
        proxy.tellHeld()
      },
    },
  }
  const macaroons = [node.macaroonFile, readOnly.file, receiveOnly.file].map((file) => readFileSync(file))

  const openStage = async (): Promise<Stage> => {
    proxy.reset()
    proxy.spent.length = 0
    return {
      backends: {
        full: () => {
          latest = backend()
          return latest
        },
        readOnly: () => backend({ macaroonFile: readOnly.file }),
        receiveOnly: () => backend({ macaroonFile: receiveOnly.file }),
        badCredential: () => backend({ macaroonFile: neighbour.macaroonFile }),
        unreachable: () => backend({ socket: '127.0.0.1:9' }),
        untrustedCertificate: () => backend({ certFile: neighbour.certFile }),
        locked: async () => {
          const { socket, certFile } = await locked()
          return backend({ socket, certFile })
        },
      },
      counterparty,
      remote: lndCounterparty(remote),
      multiPart: { payee: counterparty, amountMsat: msat(9_000_000_000n) },
      wireCalls: () => proxy.calls,
      openConnections: () => proxy.openConnections,
      secrets: macaroons.flatMap((bytes) => [
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('base64url'),
      ]),
      faults: {
        refuseConnections: async () => {
          const undo = await proxy.refuseConnections()
          return async () => undo()
        },
        cutConnections: async () => proxy.cutConnections(),
        loseReply: () => proxy.loseReply(),
        garbleReply: () => proxy.garbleReply(),
        failReplyWhileHeld: () => proxy.failReplyWhileHeld(),
        hidePaymentOnce: () => proxy.hidePaymentOnce(),
        breakStreams: async () => proxy.breakStreams(),
        forgeSettledEvent: async (hash) => proxy.forgeSettled(hash),
        floodEvents: async (count) => {
          await proxy.flood(count)
          // comes over the same connection, after the events
          await latest?.getInfo()
        },
        connectionAttempts: () => proxy.attempts,
      },
      mineBlocks: (count) => network.mine(count),
      spareChannel: () => openSpareChannel(network, node, neighbour),
      foreignAddress: async () =>
        (await neighbour.call<{ address: string }>('default', 'newAddress', { type: 'TAPROOT_PUBKEY' }))
          .address,
      routePayment: (amountMsat) => routePayment(neighbour, node, amountMsat),
      watchtower: { nodeId: nodeId(tower.pubkey.toString('hex')), address: tower.listeners[0]! },
      stranger: { nodeId: nodeId(remote.pubkey), host: remote.peerAddress },
      foreignSignature: { message: foreignMessage, signature, nodeId: neighbour.pubkey },
      close: async () => {
        // the next case counts on the balances that the first one found
        if (proxy.spent.includes('OpenChannelSync')) await closeOwnChannels(network, node)
      },
    }
  }
  return {
    name: 'lnd v0.20.1-beta on regtest',
    network: 'regtest',
    openStage,
    patienceMs: 20_000,
    nodes: network,
    remote,
    neighbour,
    node,
    proxy,
    backend,
    macaroonFiles: { manage: manage.file, watchtower: watchtower.file },
    stop: async () => {
      await proxy.stop()
      await network.stop()
    },
  }
}

const towerOf = (node: LndNode) =>
  node.call<{ pubkey: Buffer; listeners: string[] }>('tower_server', 'getInfo')

/**
 * A flat fee, whatever the amount: with a share of the amount, LND would split a payment whose whole
 * costs too much, send the part that does not, and wait two minutes for its failure.
 */
async function chargeFlatFee(router: LndNode, payer: LndNode): Promise<void> {
  await router.call('default', 'updateChannelPolicy', {
    global: true,
    base_fee_msat: '1000',
    fee_rate_ppm: 0,
    time_lock_delta: 80,
  })
  await waitUntil("the payer to know the neighbour's fee", async () => {
    type Policy = { fee_rate_milli_msat: string } | null
    const graph = await payer.call<{
      edges: { node1_pub: string; node1_policy: Policy; node2_policy: Policy }[]
    }>('default', 'describeGraph')
    return graph.edges
      .map((edge) => (edge.node1_pub === router.pubkey ? edge.node1_policy : edge.node2_policy))
      .filter((_policy, index) => {
        const edge = graph.edges[index] as unknown as { node1_pub: string; node2_pub: string }
        return edge.node1_pub === router.pubkey || edge.node2_pub === router.pubkey
      })
      .every((policy) => policy?.fee_rate_milli_msat === '0')
  })
}
