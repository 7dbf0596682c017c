import { type Channel, msat, type NodeId, sat, type TxId } from '@lightning-mcp/core'
import type { NodeManager, NodeReader } from '@lightning-mcp/wallet'

export const NODE = `02${'cd'.repeat(32)}` as NodeId
/** Really a point of the curve, for tools that check it: the generator. */
export const REAL_NODE = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' as NodeId
export const OUTPOINT = `${'f0'.repeat(32)}:1`
export const OFFER = 'lno1qgsqvgnwgcg35z6ee2h3yczraddm72xrfua9uve2rlrm9deu7xyfzrc'

export const cannedChannel: Channel = {
  shortChannelId: '1x2x3',
  fundingOutpoint: OUTPOINT,
  channelId: 'c1'.repeat(32),
  peer: NODE,
  peerAlias: 'stranger',
  state: 'active',
  capacitySat: sat(100_000n),
  localMsat: msat(50_000_500n),
  remoteMsat: msat(49_999_500n),
  spendableMsat: msat(49_000_000n),
  receivableMsat: msat(48_000_000n),
  private: false,
  policy: { feeBaseMsat: msat(1_000n), feeProportionalMillionths: 100, cltvExpiryDelta: 80 },
}

const offer = { offer: OFFER, offerId: 'ab'.repeat(32), active: true, description: 'tips' }

/** What a node with every ability answers to what only reads. */
export const cannedReader: NodeReader = {
  channels: {
    list: async () => ({ items: [cannedChannel] }),
    listPending: async () => [{ ...cannedChannel, state: 'opening' }],
    listClosed: async () => ({
      items: [{ ...cannedChannel, state: 'closed', closingTxId: 'ee'.repeat(32) as TxId }],
    }),
  },
  peers: { list: async () => [{ nodeId: NODE, connected: true, alias: 'stranger' }] },
  onchain: {
    getBalance: async () => ({ confirmedSat: sat(1n), unconfirmedSat: sat(0n) }),
    listUtxos: async () => [
      { outpoint: OUTPOINT, amountSat: sat(5n), confirmations: 0 },
      { outpoint: OUTPOINT.replace(':1', ':2'), amountSat: sat(7n), address: 'bcrt1q', confirmations: 3 },
    ],
    estimateFees: async ({ targets }) =>
      Object.fromEntries(targets.filter((blocks) => blocks < 100).map((blocks) => [blocks, 1.5])),
  },
  offers: { list: async () => ({ items: [offer] }) },
  routing: {
    estimateFee: async () => ({ feeMsat: msat(1_001n), method: 'graph' }),
    findRoutes: async ({ limit }) =>
      Array.from({ length: limit + 1 }, () => ({
        feeMsat: msat(1_001n),
        totalCltvDelta: 144,
        hops: Array.from({ length: 6 }, () => ({
          nodeId: NODE,
          channelId: '16777215x16777215x65535',
          amountMsat: msat(1_000_000n),
          feeMsat: msat(1_234_567n),
        })),
      })),
  },
  graph: {
    getNode: async ({ nodeId }) =>
      nodeId === REAL_NODE
        ? {
            nodeId,
            alias: 'stranger',
            channels: 3,
            capacitySat: sat(9n),
            addresses: ['127.0.0.1:9735', ...Array.from({ length: 6 }, () => '[::1]:9735')],
            updatedAt: 1_790_000_000,
          }
        : undefined,
  },
  forwards: {
    list: async ({ limit }) => ({
      items: Array.from({ length: limit }, () => ({
        createdAt: 1_790_000_000,
        incomingChannel: '16777215x16777215x65535',
        outgoingChannel: '16777215x16777215x65534',
        incomingMsat: msat(123_456_789_123n),
        outgoingMsat: msat(123_456_788_122n),
        feeMsat: msat(1_001n),
      })),
      nextCursor: 'x'.repeat(60),
    }),
    feeReport: async () => ({ dayMsat: msat(999n), weekMsat: msat(1_999n), monthMsat: msat(5_000n) }),
  },
  messages: { verify: async ({ signature }) => ({ valid: signature !== 'bad', nodeId: NODE }) },
  watchtowers: {
    list: async () => [{ nodeId: NODE, addresses: ['127.0.0.1:9911'], active: true, sessions: 2 }],
    stats: async () => ({ backups: 1, pendingBackups: 2, failedBackups: 3, sessionsAcquired: 4 }),
  },
}

/** What it answers to what changes it. */
export const cannedManager: NodeManager = {
  channels: { updatePolicy: async () => {} },
  peers: {
    connect: async ({ nodeId, host }) => ({ nodeId, address: host, connected: true }),
    disconnect: async () => {},
  },
  onchain: { newAddress: async () => 'bcrt1qcanned' },
  offers: { create: async () => offer, disable: async () => ({ ...offer, active: false }) },
  routing: { probe: async () => ({ feeMsat: msat(2_000n), method: 'probe' }) },
  messages: { sign: async () => 'd7sy' },
  watchtowers: { add: async () => {}, remove: async () => {} },
  backup: { export: async () => ({ format: 'lnd-multi', backup: 'AAAA' }) },
}
