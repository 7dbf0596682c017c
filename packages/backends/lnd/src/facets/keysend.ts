import { createHash } from 'node:crypto'
import { type KeysendFacet, LightningError, nodeId, paymentHash, preimage } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'
import { paymentTerms, sendPayment } from '../payments.ts'

/** bLIP 3: the record that carries the preimage to the recipient. */
const KEYSEND_RECORD = '5482373484'
/** TLV onion: said here, so that a node that is not in the public graph can be paid too. */
const DEST_FEATURES = [9]

/** SendPaymentV2 to a node; `ownId` asks who this one is. */
export function createKeysendFacet(
  client: LndClient,
  ownId: (signal: AbortSignal | undefined) => Promise<string>,
): KeysendFacet {
  return {
    async send(request) {
      const { amountMsat, signal } = request
      const destination = nodeId(request.destination)
      const secret = Buffer.from(preimage(request.preimage), 'hex')
      const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))
      if (amountMsat <= 0n)
        throw new LightningError({
          code: 'invalid_request',
          message: 'a payment of nothing cannot be sent',
          hint: 'Give a positive amount.',
        })
      const message = {
        ...paymentTerms(request),
        dest: Buffer.from(destination, 'hex'),
        amt_msat: String(amountMsat),
        payment_hash: Buffer.from(hash, 'hex'),
        dest_custom_records: { [KEYSEND_RECORD]: secret },
        dest_features: DEST_FEATURES,
        max_parts: 1,
      }
      if (destination === (await ownId(signal)))
        throw new LightningError({
          code: 'self_payment',
          message: 'the destination is this node itself',
          hint: 'Give another node.',
        })
      return sendPayment(client, hash, message, signal)
    },
  }
}
