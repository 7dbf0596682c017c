import * as z from 'zod'
import { unsupportedNow } from '../failures.ts'
import { ADDS, defineTool } from '../tool.ts'

export const getOnchainAddress = defineTool({
  name: 'get_onchain_address',
  title: 'Bitcoin address',
  description: 'A fresh bitcoin address of this node’s on-chain wallet, to fund it.',
  effect: 'receive',
  annotations: ADDS,
  requires: ['onchain.newAddress'],
  input: z.strictObject({
    type: z.enum(['p2wpkh', 'p2tr']).describe('Default: the node’s').optional(),
  }),
  output: z.object({ address: z.string(), network: z.string() }),
  async run(args, { wallet, signal }) {
    const newAddress = wallet.manage.onchain?.newAddress ?? unsupportedNow('make bitcoin addresses')
    const { profile } = await wallet.getDetails({ signal })
    const address = await newAddress({ ...(args.type === undefined ? {} : { type: args.type }), signal })
    const { network } = profile.identity
    return { data: { address, network }, text: `Bitcoin address on ${network}: ${address}` }
  },
})
