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
  nodeId(bytesToHex(secp256k1.getPublicKey(nodePrivateKey(seed, name), true)))
