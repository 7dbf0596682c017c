import { createHmac } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/**
 * The key of a simulated node, which its network derives from the seed: with it Eclair signs messages
 * and BOLT 12 invoices, which the engine knows nothing of. Checked against the node's public key.
 */
export function privateKeyOf(seed: string, name: string, nodeId: string): Uint8Array {
  const key = createHmac('sha256', seed).update(`node/${name}`).digest()
  if (Buffer.from(secp256k1.getPublicKey(key, true)).toString('hex') !== nodeId)
    throw new Error('the simulated network derives its keys in another way now')
  return key
}
