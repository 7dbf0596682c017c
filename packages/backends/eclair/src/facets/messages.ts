import { LightningError, type MessagesFacet } from '@lightning-mcp/core'
import { base32nopad } from '@scure/base'
import type { EclairClient } from '../client.ts'
import { unreadable } from '../errors.ts'
import { isText, toNodeId, toObject } from '../to-core.ts'

/** Recovery byte, and the two halves of a compact signature. */
const SIGNATURE_BYTES = 65

/**
 * Eclair signs the same digest as LND and Core Lightning, and writes the signature in hex where they
 * write zbase32: https://github.com/ACINQ/eclair/blob/v0.14.1/eclair-core/src/main/scala/fr/acinq/eclair/Eclair.scala (SignedMessage)
 */
export function createMessagesFacet(client: EclairClient): MessagesFacet {
  return {
    async sign({ message, signal }) {
      const answer = await client.call('signmessage', { msg: base64(message) }, { signal })
      const { signature } = toObject<{ signature?: unknown }>(answer, 'signmessage')
      if (!isText(signature) || !/^[0-9a-f]{130}$/i.test(signature))
        throw unreadable('a signature has the wrong form')
      return spell(base32nopad.encode(Buffer.from(signature, 'hex')), BASE32, ZBASE32)
    },
    async verify({ message, signature, signal }) {
      const bytes = readSignature(signature)
      if (bytes === undefined) return { valid: false }
      let answer: unknown
      try {
        answer = await client.call(
          'verifymessage',
          { msg: base64(message), sig: bytes.toString('hex') },
          { signal },
        )
      } catch (error) {
        if (isRefusal(error)) return { valid: false }
        throw error
      }
      const { valid, publicKey } = toObject<{ valid?: unknown; publicKey?: unknown }>(answer, 'verifymessage')
      return valid === true ? { valid, nodeId: toNodeId(publicKey) } : { valid: false }
    },
  }
}

const base64 = (message: string): string => Buffer.from(message).toString('base64')

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** https://philzimmermann.com/docs/human-oriented-base-32-encoding.txt: the same bits under other letters; 65 bytes need no padding. */
const ZBASE32 = 'ybndrfg8ejkmcpqxot1uwisza345h769'

const spell = (text: string, from: string, to: string): string =>
  Array.from(text, (letter) => to[from.indexOf(letter)] ?? '!').join('')

function readSignature(text: string): Buffer | undefined {
  try {
    const bytes = Buffer.from(base32nopad.decode(spell(text.trim().toLowerCase(), ZBASE32, BASE32)))
    // 27 to 30 for uncompressed keys, 31 to 34 for compressed ones
    const recovery = bytes[0] ?? 0
    return bytes.length === SIGNATURE_BYTES && recovery >= 27 && recovery <= 34 ? bytes : undefined
  } catch {
    return undefined
  }
}

/** No key fits such a signature. */
const isRefusal = (error: unknown): boolean =>
  LightningError.is(error) && (error.backend?.code === '400' || error.backend?.code === '500')
