import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { fromZbase32, toZbase32 } from '../node/zbase32.ts'
import type { Commands } from '../rpc/command.ts'
import { badParameter, RpcError } from '../rpc/rpc-error.ts'

const LONGEST_MESSAGE = 65_535
const SIGNATURE_BYTES = 65
const RECID_OFFSET = 31

/** Messages under the node's key. */
export const messageCommands: Commands = {
  signmessage: (node, params) => {
    const message = params.text('message') ?? ''
    if (message.length > LONGEST_MESSAGE)
      throw badParameter('message', 'Message must be < 64k', JSON.stringify(message.slice(0, 20)))
    const recovered = secp256k1.sign(digestOf(message), node.keyOf(node.name), {
      prehash: false,
      format: 'recovered',
    })
    const recid = recovered[0] ?? 0
    const signature = recovered.subarray(1)
    return {
      signature: bytesToHex(signature),
      recid: bytesToHex(Uint8Array.of(recid)),
      zbase: toZbase32(Uint8Array.of(recid + RECID_OFFSET, ...signature)),
    }
  },

  checkmessage: (node, params) => {
    const zbase = params.text('zbase') ?? ''
    const expected = params.text('pubkey')
    const key = signerOf(params.text('message') ?? '', zbase)
    if (expected !== undefined) return { pubkey: key, verified: key === expected }
    if (!node.network.nodes.some(({ nodeId }) => nodeId === key))
      throw new RpcError(1301, 'pubkey not found in the graph', { data: { claimed_key: key } })
    return { pubkey: key, verified: true }
  },
}

/** Double SHA-256 over the prefix that all implementations share. */
function digestOf(message: string): Uint8Array {
  const once = createHash('sha256').update(`Lightning Signed Message:${message}`).digest()
  return createHash('sha256').update(once).digest()
}

function signerOf(message: string, zbase: string): string {
  const bytes = fromZbase32(zbase)
  if (bytes === undefined || bytes.length !== SIGNATURE_BYTES)
    throw badParameter('zbase', 'is not valid zbase32', JSON.stringify(zbase))
  const recid = (bytes[0] ?? 0) - RECID_OFFSET
  try {
    const recovered = Uint8Array.of(recid, ...bytes.subarray(1))
    return bytesToHex(secp256k1.recoverPublicKey(recovered, digestOf(message), { prehash: false }))
  } catch {
    throw badParameter('zbase', 'cannot parse signature', JSON.stringify(zbase))
  }
}
