import { LightningError } from '@lightning-mcp/core'
import type { SimulatorControls } from '@lightning-mcp/mcp'

/** The other side of the simulated network, opened by the first use. */
export function createLazyControls(open: () => Promise<SimulatorControls | undefined>): SimulatorControls {
  const controls = async (): Promise<SimulatorControls> => {
    const opened = await open()
    if (opened !== undefined) return opened
    throw new LightningError({
      code: 'unsupported',
      message: 'this backend simulates no other side',
      hint: 'Use the simulator tools with --backend simulator only.',
    })
  }
  return {
    createTestInvoice: async (request) => (await controls()).createTestInvoice(request),
    payTestInvoice: async (request) => (await controls()).payTestInvoice(request),
    mineBlocks: async (request) => (await controls()).mineBlocks(request),
  }
}
