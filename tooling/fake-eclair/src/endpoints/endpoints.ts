import { channelEndpoints } from './channel-endpoints.ts'
import type { Endpoints } from './endpoint.ts'
import { invoiceEndpoints } from './invoice-endpoints.ts'
import { networkEndpoints } from './network-endpoints.ts'
import { nodeEndpoints } from './node-endpoints.ts'
import { offerEndpoints } from './offer-endpoints.ts'
import { onchainEndpoints } from './onchain-endpoints.ts'
import { paymentEndpoints } from './payment-endpoints.ts'
import { relayEndpoints } from './relay-endpoints.ts'

/** Every method that this Eclair serves. */
export const ENDPOINTS: Endpoints = {
  ...nodeEndpoints,
  ...invoiceEndpoints,
  ...paymentEndpoints,
  ...channelEndpoints,
  ...onchainEndpoints,
  ...networkEndpoints,
  ...offerEndpoints,
  ...relayEndpoints,
}
