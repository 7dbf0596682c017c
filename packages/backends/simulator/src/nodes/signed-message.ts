import { createHash } from 'node:crypto'
import { type NodeId, nodeId } from '@lightning-mcp/core'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { base32nopad } from '@scure/base'

/** Letters of RFC 4648 and of zbase32. https://philzimmermann.com/docs/human-oriented-base-32-encoding.txt */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const ZBASE32 = 'ybndrfg8ejkmcpqxot1uwisza345h769'

const spelled = (text: string, from: string, to: string): string =>
  Array.from(text, (letter) => to[from.indexOf(letter)] ?? '').join('')

/** 65 bytes: no padding. */
const SIGNATURE_LETTERS = 104
/** Bitcoin's mark of a signature from which a compressed key is recovered. */
const COMPRESSED = 31

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** As LND and Core Lightning hash it: twice, behind a prefix that keeps it from being anything but a message. */
const messageHash = (message: string): Buffer =>
  sha256(sha256(Buffer.from(`Lightning Signed Message:${message}`)))

export function signMessage(message: string, privateKey: Uint8Array): string {
  const signature = secp256k1.sign(messageHash(message), privateKey, { prehash: false, format: 'recovered' })
  const [recovery = 0, ...compact] = signature
  return spelled(base32nopad.encode(Uint8Array.from([recovery + COMPRESSED, ...compact])), BASE32, ZBASE32)
}

/** Whose signature it is; `undefined` where it is none. */
export function recoverSigner(message: string, signature: string): NodeId | undefined {
  if (signature.length !== SIGNATURE_LETTERS) return undefined
  try {
    const [mark = 0, ...compact] = base32nopad.decode(spelled(signature.toLowerCase(), ZBASE32, BASE32))
    const recovered = Uint8Array.from([mark - COMPRESSED, ...compact])
    return nodeId(bytesToHex(secp256k1.recoverPublicKey(recovered, messageHash(message), { prehash: false })))
  } catch {
    return undefined
  }
}
