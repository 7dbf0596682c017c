import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { ASKS, defineTool } from '../tool.ts'

export const verifyMessage = defineTool({
  name: 'verify_message',
  title: 'Verify a signed message',
  description: 'Whether a signature fits a text, and which node made it.',
  effect: 'read',
  annotations: ASKS,
  requires: ['messages.verify'],
  input: z.strictObject({ message: field.message, signature: field.signature }),
  output: z.object({ valid: z.boolean(), node_id: z.string().optional() }),
  async run(args, { wallet, signal }) {
    const verify = wallet.node.messages?.verify ?? unsupportedNow('verify messages')
    const { valid, nodeId } = await verify({ message: args.message, signature: args.signature, signal })
    const whose = nodeId === undefined ? '' : ` by node ${nodeId}`
    return {
      data: { valid, ...(nodeId === undefined ? {} : { node_id: nodeId as string }) },
      text: valid ? `The signature is valid${whose}.` : 'The signature is not valid.',
    }
  },
})
