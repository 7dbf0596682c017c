import { createHmac } from 'node:crypto'
import { type NodeId, nodeId } from '@lightning-mcp/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** 32 bytes that follow from the network's seed and a label alone. */
export const deriveBytes = (seed: string, ...labels: readonly (string | number)[]): Uint8Array =>
  createHmac('sha256', seed).update(labels.join('/')).digest()

/** The node's private key: any 32 bytes of a hash are a valid one, but for odds of 2^-128. */
export const nodePrivateKey = (seed: string, name: string): Uint8Array => deriveBytes(seed, 'node', name)

/** The public key by which the network knows the node. */
export const nodePublicKey = (seed: string, name: string): NodeId =>
  nodeId(bytesToHex(derivePublicKey(seed, 'node', name)))

const KEPT_KEYS = 4096
/** Deriving one takes a while, and the owner of an address is found by deriving them all. */
const publicKeys = new Map<string, Uint8Array>()

/** The compressed public key of the private one that follows from seed and label. */
export function derivePublicKey(seed: string, ...labels: readonly (string | number)[]): Uint8Array {
  const name = [seed, ...labels].join('/')
  const known = publicKeys.get(name)
  if (known !== undefined) return known
  const derived = secp256k1.getPublicKey(deriveBytes(seed, ...labels), true)
  if (publicKeys.size >= KEPT_KEYS) publicKeys.clear()
  publicKeys.set(name, derived)
  return derived
}
