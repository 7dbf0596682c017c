import { createSimulatorBackend } from '@lightning-mcp/backend-simulator'
import { satToMsat } from '@lightning-mcp/core'
import { wrapBackend } from '@lightning-mcp/layers'
import { createWallet } from '../../src/create-wallet.ts'
import { openStore } from '../support/stores.ts'
import { CRASH_LEASE_SECONDS, crashRequests } from './crash-requests.ts'

// A wallet that spends once and is killed at a moment of it.
const [socketPath = '', database = '', kind = '', dieAt = '', peer = '', address = '', offer = ''] =
  process.argv.slice(2)
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
const backend = wrapBackend(createSimulatorBackend({ socketPath, node: 'alice' }), {
  async call({ operationClass }, next) {
    const answer = await next()
    // the node has done it, and its answer reaches nobody
    return dieAt === 'sent' && operationClass === 'spend' ? die() : answer
  },
})
const limit = satToMsat(1_000_000n)
const wallet = createWallet({
  backend,
  store: openStore(database),
  limits: { maxPaymentMsat: limit, maxPerDayMsat: limit, maxIntoChannelMsat: limit },
  leaseSeconds: CRASH_LEASE_SECONDS,
  onStep: (step) => (step === dieAt ? die() : undefined),
})
await wallet.start()
await wallet.spend(crashRequests(peer, address, offer)[kind as keyof ReturnType<typeof crashRequests>])
process.exitCode = 3
await wallet.stop()
