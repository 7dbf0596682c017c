import { createSimulatedNetwork, createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { decodeInvoice } from '@lightning-mcp/codec'
import { satToMsat } from '@lightning-mcp/core'
import { parsePaymentRequest } from 'invoices'
import { compare } from '../measure.ts'
import { comparison, heading } from '../report.ts'

/** Makes real invoices to decode. */
const makeInvoices = async (count: number): Promise<string[]> => {
  const shop = createSimulatorBackend({ network: createSimulatedNetwork({ seed: 'bench' }), node: 'shop' })
  await shop.connect()
  const invoices: string[] = []
  for (let i = 0; i < count; i++) {
    const { invoice } = await shop.createInvoice({
      amountMsat: satToMsat(BigInt(1 + i)),
      description: `bench ${i}`,
      expirySeconds: 3600,
    })
    invoices.push(invoice as string)
  }
  await shop.close()
  return invoices
}

/** BOLT 11: our checked decode against the bare library, fresh and repeated. */
export const decode = async (rounds: number): Promise<void> => {
  heading('BOLT 11 decoding')
  const calls = 100
  // every call of a fresh round sees an invoice that no cache has
  const invoices = await makeInvoices(calls * (2 * rounds + 1) + 100)
  const floor = {
    name: 'invoices',
    run: (i: number) => parsePaymentRequest({ request: invoices[i % invoices.length] as string }),
  }
  const ours = { name: 'codec', run: (i: number) => decodeInvoice(invoices[i % invoices.length] as string) }
  comparison(
    'fresh invoice, all checks',
    await compare({ ours, floor, rounds, calls, warmup: 20 }),
    'latency',
  )
  const repeated = invoices[0] as string
  comparison(
    'an invoice seen before',
    await compare({
      ours: { name: 'codec', run: () => decodeInvoice(repeated) },
      floor: { name: 'invoices', run: () => parsePaymentRequest({ request: repeated }) },
      rounds,
      calls,
    }),
    'latency',
  )
}
