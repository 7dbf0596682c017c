import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { secp256k1 } from '../lazy-libraries.ts'
import { writeTlvStream } from './tlv-stream.ts'

const PATH_ID_TYPE = 6n
const NONCE = Buffer.alloc(12)

/** BOLT 4, "Route Blinding": the path of one hop that leads from a node to itself, as an invoice carries it. */
export function blindedPathToSelf(privateKey: Uint8Array, context: Uint8Array): Buffer {
  const curve = secp256k1()
  const nodeId = curve.getPublicKey(privateKey, true)
  // derived, so that the same invoice is written the same way twice, and secret to everybody else
  const pathKey = hmac(privateKey, Buffer.concat([Buffer.from('path key'), context]))
  const sharedSecret = createHash('sha256')
    .update(curve.getSharedSecret(pathKey, nodeId, true))
    .digest()
  const blinding = curve.Point.Fn.fromBytes(hmac(Buffer.from('blinded_node_id'), sharedSecret))
  const blindedId = curve.Point.fromBytes(nodeId).multiply(blinding).toBytes(true)
  const pathId = hmac(privateKey, Buffer.concat([Buffer.from('path id'), context]))
  const data = encrypted(hmac(Buffer.from('rho'), sharedSecret), writeTlvStream([[PATH_ID_TYPE, pathId]]))
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  const hops = Buffer.from([1])
  return Buffer.concat([nodeId, curve.getPublicKey(pathKey, true), hops, blindedId, length, data])
}

const hmac = (key: Uint8Array, message: Uint8Array): Buffer =>
  createHmac('sha256', key).update(message).digest()

function encrypted(key: Uint8Array, message: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, NONCE, { authTagLength: 16 })
  return Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()])
}
