import { msat, type Transaction } from '@lightning-mcp/core'
import { startNetwork } from '../../packages/wallet/test/support/processes.ts'
import { allOutgoing } from '../../packages/wallet/test/support/settle.ts'
import type { NodePayment, StormStage } from './storm.ts'

/** One network serves so many wallets before the next takes over: routes through thousands take their time. */
const PAYERS = 100

/** Payers on simulated networks in processes of their own. */
export function openSimulatorStages(): { stage(): Promise<StormStage>; close(): Promise<void> } {
  const networks: ReturnType<typeof startNetwork>[] = []
  let used = 0
  return {
    async stage() {
      if (used++ % PAYERS === 0) networks.push(startNetwork(PAYERS))
      const network = await networks[Math.floor((used - 1) / PAYERS)]
      if (network === undefined) throw new Error('no network')
      const stage = network.stage()
      const { payer } = stage
      return {
        ...stage,
        invoice: async (amountMsat) =>
          (await payer.controls.createTestInvoice({ amountMsat: msat(amountMsat) })).invoice,
        outgoing: async () => (await allOutgoing(payer)).map(toNodePayment),
        close: () => payer.close(),
      }
    },
    async close() {
      for (const network of networks) await (await network).close()
    },
  }
}

const toNodePayment = ({ amountMsat = msat(0n), feeMsat = msat(0n), status }: Transaction): NodePayment => ({
  amountMsat,
  feeMsat,
  status: status === 'settled' || status === 'failed' ? status : 'pending',
})
