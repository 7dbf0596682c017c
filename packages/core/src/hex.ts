import { LightningError } from './lightning-error.ts'

declare const kind: unique symbol
type Hex<K extends string> = string & { readonly [kind]: K }

/** SHA-256 of a preimage: 32 bytes, 64 lower-case hex characters. The one key that all backends share (BOLT 2). */
export type PaymentHash = Hex<'payment-hash'>

/** The secret that settles an HTLC: 32 bytes, 64 lower-case hex characters. Of a settled payment it is the proof of payment. */
export type Preimage = Hex<'preimage'>

/** A node's compressed secp256k1 public key: 33 bytes, 66 lower-case hex characters (BOLT 7). */
export type NodeId = Hex<'node-id'>

/** A 32-byte hash of a description (BOLT 11 field `h`) or metadata. */
export type DescriptionHash = Hex<'description-hash'>

/** A transaction id as block explorers write it: 64 lower-case hex characters. */
export type TxId = Hex<'txid'>

const HEX_32 = /^[0-9a-f]{64}$/
const NODE_ID = /^0[23][0-9a-f]{64}$/

const parser =
  <T extends string>(what: string, pattern: RegExp, shape: string) =>
  (text: string): T => {
    const lower = typeof text === 'string' ? text.toLowerCase() : ''
    if (!pattern.test(lower))
      throw new LightningError({
        code: 'invalid_request',
        message: `not a ${what}`,
        hint: `A ${what} is ${shape}.`,
      })
    return lower as T
  }

const HASH_SHAPE = '64 hexadecimal characters'

/** Each parser takes either case, answers lower case, and throws `invalid_request` without repeating the text. */
export const paymentHash = parser<PaymentHash>('payment hash', HEX_32, HASH_SHAPE)
export const preimage = parser<Preimage>('preimage', HEX_32, HASH_SHAPE)
export const nodeId = parser<NodeId>('node id', NODE_ID, '66 hexadecimal characters starting with 02 or 03')
export const descriptionHash = parser<DescriptionHash>('description hash', HEX_32, HASH_SHAPE)
export const txId = parser<TxId>('transaction id', HEX_32, HASH_SHAPE)
