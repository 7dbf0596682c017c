import { type KeysendFacet, LightningError, msat, nodeId } from '@lightning-mcp/core'
import type { EclairClient } from '../client.ts'
import { checkTimeout, feeLimit, payByMethod } from '../payments.ts'
import type { ProcessMemory } from '../process-memory.ts'

/** `sendtonode`: Eclair chooses the preimage itself, so that the hash is known from its answer on. */
export function createKeysendFacet(client: EclairClient, memory: ProcessMemory): KeysendFacet {
  return {
    async send({ destination, amountMsat, maxFeeMsat, timeoutSeconds, signal }) {
      if (typeof amountMsat !== 'bigint' || amountMsat <= 0n)
        throw new LightningError({
          code: 'invalid_request',
          message: 'a payment over nothing cannot be made',
          hint: 'Give a positive amount.',
        })
      const form = { nodeId: nodeId(destination), amountMsat: msat(amountMsat), ...feeLimit(maxFeeMsat) }
      return payByMethod(client, 'sendtonode', form, {
        timeoutMs: checkTimeout(timeoutSeconds),
        signal,
        memory,
      })
    },
  }
}
