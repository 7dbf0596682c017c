import { createHmac } from 'node:crypto'
import type { NodeId } from '@lightning-mcp/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** The private key of a simulated node, which follows from the network's seed; checked against its id. */
export function nodeKey(seed: string, name: string, nodeId: NodeId): Uint8Array {
  const key = createHmac('sha256', seed).update(`node/${name}`).digest()
  if (bytesToHex(secp256k1.getPublicKey(key, true)) !== nodeId)
    throw new Error(`the fake was given another seed than the network of its node ${name}`)
  return key
}
