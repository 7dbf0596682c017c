import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import * as field from '../input/fields.ts'
import { defineTool, SETS } from '../tool.ts'

export const signMessage = defineTool({
  name: 'sign_message',
  title: 'Sign a message',
  description:
    'Sign a text with the node’s key, in public proof that this node says it. Sign only what the user wants said in the node’s name.',
  effect: 'manage',
  annotations: SETS,
  requires: ['messages.sign'],
  input: z.strictObject({ message: field.message }),
  output: z.object({ signature: z.string() }),
  async run(args, { wallet, signal }) {
    const sign = wallet.manage.messages?.sign ?? unsupportedNow('sign messages')
    const signature = await sign({ message: args.message, signal })
    return { data: { signature }, text: `Signature (zbase32): ${signature}` }
  },
})
