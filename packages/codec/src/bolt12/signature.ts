import type { NodeId } from '@lightning-mcp/core'
import { schnorr } from '../lazy-libraries.ts'
import { merkleRoot, tagged } from './merkle-root.ts'
import { fieldOf, readTlvStream, type TlvRecord, writeTlvStream } from './tlv-stream.ts'

/** What is signed, as the tag of BOLT 12, "Signature Calculation", names it. */
export type SignedMessage = 'invoice_request' | 'invoice'

type Fields = readonly (readonly [type: bigint, value: Uint8Array | undefined])[]

const SIGNATURE_TYPE = 240n
const SIGNATURE_BYTES = 64
const NO_RANDOMNESS = new Uint8Array(32)

/** The types from 240 to 1000 are left out of what is signed. */
const isSigned = ({ type }: TlvRecord): boolean => type < SIGNATURE_TYPE || type > 1000n

const signatureHash = (message: SignedMessage, records: readonly TlvRecord[]): Buffer =>
  tagged(Buffer.from(`lightning${message}signature`), merkleRoot(records.filter(isSigned)))

/** The whole stream with its signature. Without auxiliary randomness, so that the same fields give the same text. */
export function signedStream(message: SignedMessage, fields: Fields, privateKey: Uint8Array): Buffer {
  const hash = signatureHash(message, readTlvStream(writeTlvStream(fields)))
  return writeTlvStream([...fields, [SIGNATURE_TYPE, schnorr().sign(hash, privateKey, NO_RANDOMNESS)]])
}

/** Throws a plain `Error` unless the stream holds a signature by that key over all its other fields. */
export function checkSignature(message: SignedMessage, records: readonly TlvRecord[], signer: NodeId): void {
  const signature = fieldOf(records)(SIGNATURE_TYPE)
  if (signature === undefined) throw new Error('it is not signed')
  const publicKey = Buffer.from(signer, 'hex').subarray(1)
  if (
    signature.length !== SIGNATURE_BYTES ||
    !schnorr().verify(signature, signatureHash(message, records), publicKey)
  )
    throw new Error('its signature is wrong')
}
