import { LightningError, type MessagesFacet, nodeId } from '@lightning-mcp/core'
import type { ClnClient } from '../client.ts'
import { unreadable } from '../to-core.ts'

/** zbase32, as LND writes it. Core Lightning calls a signature verified if it knows the signer from the graph. */
export function createMessagesFacet(client: ClnClient): MessagesFacet {
  return {
    async sign({ message, signal }) {
      const { zbase } = await client.call('signmessage', { message }, { signal })
      if (typeof zbase !== 'string') throw unreadable('a signature is missing')
      return zbase
    },
    async verify({ message, signature, signal }) {
      // what is no zbase32 at all is no signature
      if (!/^[13-9a-km-uw-z]+$/.test(signature)) return { valid: false }
      try {
        const { pubkey, verified } = await client.call(
          'checkmessage',
          { message, zbase: signature },
          { signal },
        )
        return verified === true && typeof pubkey === 'string'
          ? { valid: true, nodeId: nodeId(pubkey) }
          : { valid: false }
      } catch (error) {
        // refused by the node: too short, or of a key that nobody knows
        if (LightningError.is(error) && error.backend !== undefined && !REFUSED_TO_ANSWER.has(error.code))
          return { valid: false }
        throw error
      }
    },
  }
}

const REFUSED_TO_ANSWER: ReadonlySet<string> = new Set([
  'permission_denied',
  'unauthenticated',
  'rate_limited',
  'not_ready',
])
