import { createHash } from 'node:crypto'
import { LightningError, type NodeId } from '@lightning-mcp/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { readInvoice } from '../books/invoice-json.ts'
import { capturedAnswer } from '../captures.ts'
import type { EclairNode } from '../eclair-node.ts'
import { digits, type Json, type JsonObject } from '../json.ts'
import { channelUpdate, findPaths, fullHops } from '../routes.ts'
import type { Form } from '../wire/form.ts'
import { malformed, notFound, Refusal } from '../wire/refusal.ts'
import type { Endpoints } from './endpoint.ts'

const ROUTE_NOT_FOUND = capturedAnswer<{ error: string }>('findroutetonode-none').error
const capturedNode = capturedAnswer('node')
const URI = /^(0[23][0-9a-f]{64})@([^:@]+):(\d{1,5})$/i
const SIGNED_PREFIX = 'Lightning Signed Message:'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Peers, the graph, routes and signatures. */
export const networkEndpoints: Endpoints = {
  connect: async (node, form) => {
    const { nodeId, address } = readPeer(node, form)
    if (address === undefined) return 'no address found'
    if (await node.isConnected(nodeId)) return 'already connected'
    try {
      await node.wallet.peers!.connect!({ nodeId: nodeId as NodeId, host: address })
    } catch (error) {
      if (!LightningError.is(error)) throw error
      return `connection failed to ${address}`
    }
    node.peers.connected(nodeId)
    return 'connected'
  },

  disconnect: async (node, form) => {
    const nodeId = form.needNodeId('nodeId')
    if (!(await node.isConnected(nodeId))) return `peer ${nodeId} not found`
    // a peer with channels stays one in the engine; here it is away until it is connected again
    await node.wallet.peers!.disconnect!({ nodeId: nodeId as NodeId }).catch(() => undefined)
    node.peers.disconnected(nodeId)
    return `peer ${nodeId} disconnecting`
  },

  peers: async (node) => {
    const peers = await node.wallet.peers!.list({})
    const { items } = await node.wallet.channels!.list({ limit: 1000 })
    const rows = peers.map(({ nodeId, connected }): JsonObject => {
      const channels = items.filter(({ peer }) => peer === nodeId).length
      return connected && !node.peers.isDisconnected(nodeId)
        ? { nodeId, state: 'CONNECTED', address: node.peers.addressOf(nodeId), channels }
        : { nodeId, state: 'DISCONNECTED', channels }
    })
    return rows
  },

  node: async (node, form) => {
    const nodeId = form.needNodeId('nodeId')
    const known = node.network.nodes.find((candidate) => candidate.nodeId === nodeId)
    if (known === undefined) throw notFound()
    const { items } = await node.network.wallet(known.name).channels!.list({ limit: 1000 })
    return {
      announcement: announcement(node, known),
      activeChannels: items.length,
      totalCapacity: digits(items.reduce((total: bigint, { capacitySat }) => total + capacitySat, 0n)),
    }
  },

  nodes: (node) => node.network.nodes.map((known) => announcement(node, known)),

  allchannels: async (node) =>
    (await publicChannels(node)).map(({ shortChannelId, a, b }) => ({ shortChannelId, a, b })),

  allupdates: async (node) =>
    (await publicChannels(node)).flatMap(({ shortChannelId }) =>
      [true, false].map((isNode1) =>
        channelUpdate(shortChannelId, { channelFlags: { isEnabled: true, isNode1 } }),
      ),
    ),

  findroute: (node, form) => {
    const decoded = readInvoice(form.need('invoice'))
    const amountMsat = form.integer('amountMsat') ?? decoded.amountMsat
    if (amountMsat === undefined)
      throw malformed(
        'invoice',
        "The invoice must have an amount or you need to specify one using the field 'amountMsat'",
      )
    return routes(node, form, decoded.payee, amountMsat)
  },

  findroutetonode: (node, form) =>
    routes(node, form, form.needNodeId('nodeId'), form.needInteger('amountMsat')),

  signmessage: (node, form) => {
    const message = readMessage(form)
    const signature = secp256k1.sign(digestOf(message), node.privateKey, {
      prehash: false,
      format: 'recovered',
    })
    const recovery = (signature[0] as number) + 31
    return {
      nodeId: node.nodeId,
      message: message.toString('base64'),
      signature: Buffer.concat([Buffer.from([recovery]), signature.slice(1)]).toString('hex'),
    }
  },

  verifymessage: (_node, form) => {
    const message = readMessage(form)
    const text = form.need('sig')
    if (!/^[0-9a-f]{130}$/i.test(text)) throw malformed('sig', 'invalid signature')
    const signature = Buffer.from(text, 'hex')
    const recovery = (signature[0] as number) >= 31 ? (signature[0] as number) - 31 : (signature[0] as number)
    if (recovery > 3) throw new Refusal(500, `invalid recid prefix ${recovery}`)
    try {
      const key = secp256k1.recoverPublicKey(
        Buffer.concat([Buffer.from([recovery]), signature.subarray(1)]),
        digestOf(message),
        { prehash: false },
      )
      return { valid: true, publicKey: Buffer.from(key).toString('hex') }
    } catch {
      throw new Refusal(500, 'cannot recover a public key')
    }
  },
}

function readPeer(node: EclairNode, form: Form): { nodeId: string; address: string | undefined } {
  const uri = form.text('uri')
  if (uri !== undefined) {
    const [, nodeId, host, port] = URI.exec(uri) ?? []
    if (nodeId === undefined) throw malformed('uri', 'Invalid uri, should be nodeId@host:port')
    return { nodeId: nodeId.toLowerCase(), address: `${host}:${port}` }
  }
  const nodeId = form.needNodeId('nodeId')
  const host = form.text('host')
  if (host !== undefined) return { nodeId, address: `${host}:${form.integer('port') ?? 9735}` }
  const known = node.network.nodes.some((candidate) => candidate.nodeId === nodeId)
  return { nodeId, address: known ? node.peers.addressOf(nodeId) : undefined }
}

const announcement = (
  node: EclairNode,
  { nodeId, alias }: { nodeId: string; alias: string },
): JsonObject => ({
  ...(capturedNode['announcement'] as JsonObject),
  nodeId,
  alias,
  addresses: [node.peers.addressOf(nodeId)],
})

async function publicChannels(
  node: EclairNode,
): Promise<readonly { shortChannelId: string; a: string; b: string }[]> {
  const seen = new Map<string, { shortChannelId: string; a: string; b: string }>()
  for (const { name, nodeId } of node.network.nodes) {
    const { items } = await node.network.wallet(name).channels!.list({ limit: 1000 })
    for (const { shortChannelId, peer, private: hidden } of items) {
      if (shortChannelId === undefined || hidden) continue
      const [a, b] = [nodeId as string, peer as string].sort() as [string, string]
      seen.set(shortChannelId, { shortChannelId, a, b })
    }
  }
  return [...seen.values()]
}

async function routes(node: EclairNode, form: Form, target: string, amountMsat: bigint): Promise<Json> {
  const format = form.text('format') ?? 'nodeId'
  const maxFeeMsat = form.integer('maxFeeMsat')
  const paths = (await findPaths(node, target, amountMsat)).filter(
    ({ feeMsat }) => maxFeeMsat === undefined || feeMsat <= maxFeeMsat,
  )
  if (paths.length === 0) throw new Refusal(500, ROUTE_NOT_FOUND)
  const amount = digits(amountMsat)
  return {
    routes: paths.map(({ hops, feeMsat }) => {
      if (format === 'shortChannelId')
        return { amount, shortChannelIds: hops.map(({ shortChannelId = '' }) => shortChannelId) }
      if (format === 'full')
        // the fee is told since 0.14
        return node.version === '0.14'
          ? { amount, hops: fullHops(hops, 'source'), fee: digits(feeMsat) }
          : { amount, hops: fullHops(hops, 'source') }
      return { amount, nodeIds: [node.nodeId, ...hops.map(({ nextNodeId }) => nextNodeId)] }
    }),
  }
}

/** TRAP: the message comes in base64. */
function readMessage(form: Form): Buffer {
  const text = form.need('msg')
  if (!BASE64.test(text)) throw malformed('msg', 'invalid base64')
  return Buffer.from(text, 'base64')
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const digestOf = (message: Buffer): Buffer =>
  sha256(sha256(Buffer.concat([Buffer.from(SIGNED_PREFIX), message])))
