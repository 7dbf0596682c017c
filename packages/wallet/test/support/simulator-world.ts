import { connectSimulatedNetwork } from '@lightning-mcp/backend-simulator'
import { type DestinationResolver, msat } from '@lightning-mcp/core'
import type { ChildWorld } from './child-order.ts'

/** A payer on a simulated network, and an address service whose invoices are the shop's: a new one each time. */
export async function openWorld(options: Readonly<Record<string, unknown>>): Promise<ChildWorld> {
  const network = await connectSimulatedNetwork({ socketPath: String(options['socketPath']) })
  const payer = network.wallet(String(options['payer']))
  const resolver: DestinationResolver = {
    describe: async () => ({
      domain: 'shop.example',
      minMsat: msat(1n),
      maxMsat: msat(10_000_000n),
      commentAllowed: 0,
      description: 'shop',
    }),
    mint: async ({ destination, amountMsat }) => {
      const { invoice } = await payer.controls.createTestInvoice({ amountMsat })
      return { ...(await resolver.describe({ destination })), invoice, warnings: [] }
    },
  }
  return { backend: payer, resolver, close: () => network.close() }
}
