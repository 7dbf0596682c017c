import { backendModule as simulator } from '@lightning-mcp/backend-simulator'
import { type BackendModule, LightningError } from '@lightning-mcp/core'

const dead = () =>
  Promise.reject(new LightningError({ code: 'unavailable', message: 'nobody listens at 127.0.0.1:1' }))

/** A node that never answers the phone. */
export const backendModule: BackendModule = {
  ...simulator,
  createBackend: async (options, context) => {
    const backend = await simulator.createBackend(options, context)
    return { ...backend, connect: dead, getInfo: dead, close: () => backend.close() }
  },
}
