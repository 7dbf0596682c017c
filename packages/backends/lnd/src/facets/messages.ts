import { LightningError, type MessagesFacet, nodeId } from '@lightning-mcp/core'
import type { LndClient } from '../client.ts'

/** SignMessage and VerifyMessage. LND calls a signature valid if its maker is in its map of the network. */
export function createMessagesFacet(client: LndClient): MessagesFacet {
  return {
    async sign({ message, signal }) {
      return (await client.call('signMessage', { msg: bytesOf(message) }, { signal })).signature
    },
    async verify({ message, signature, signal }) {
      const msg = bytesOf(message)
      // LND answers with an error to what is no zbase32
      if (!/^[ybndrfg8ejkmcpqxot1uwisza345h769]{1,200}$/.test(signature)) return { valid: false }
      const { valid, pubkey } = await client.call('verifyMessage', { msg, signature }, { signal })
      return { valid, ...(pubkey === '' ? {} : { nodeId: nodeId(pubkey) }) }
    },
  }
}

function bytesOf(message: string): Buffer {
  if (message !== '') return Buffer.from(message)
  throw new LightningError({
    code: 'invalid_request',
    message: 'LND signs no empty message',
    hint: 'Give a text.',
  })
}
