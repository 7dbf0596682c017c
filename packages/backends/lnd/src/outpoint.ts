import { LightningError, type TxId, txId } from '@lightning-mcp/core'
import type { RawChannelPoint } from './schemas.ts'

/** A transaction's hash travels in the byte order of the wire, which explorers write the other way round. */
export const toTxId = (bytes: Buffer): TxId => txId(Buffer.from(bytes).reverse().toString('hex'))

/** `txid:output`; throws `invalid_request`. */
export function fromOutpoint(outpoint: string): RawChannelPoint {
  const [, hash, index] = /^([0-9a-f]{64}):(\d{1,5})$/i.exec(outpoint) ?? []
  if (hash === undefined || index === undefined)
    throw new LightningError({
      code: 'invalid_request',
      message: 'not a funding outpoint',
      hint: 'A funding outpoint is a transaction id, a colon and the number of the output.',
    })
  return { funding_txid_bytes: Buffer.from(hash, 'hex').reverse(), output_index: Number(index) }
}

/** BOLT 2: the funding hash, its last two bytes exclusive-ored with the number of the output. */
export function channelIdOf(outpoint: string): string {
  const { funding_txid_bytes: hash, output_index: index } = fromOutpoint(outpoint)
  const id = Buffer.from(hash ?? [])
  id.writeUInt16BE(id.readUInt16BE(30) ^ index, 30)
  return id.toString('hex')
}
