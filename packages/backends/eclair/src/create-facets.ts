import {
  type BackendFacets,
  type Capabilities,
  type Network,
  supports,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { EclairClient } from './client.ts'
import { createChannelsFacet } from './facets/channels.ts'
import { createForwardsFacet } from './facets/forwards.ts'
import { createGraphFacet } from './facets/graph.ts'
import { createInvoicesFacet } from './facets/invoices.ts'
import { createKeysendFacet } from './facets/keysend.ts'
import { createMessagesFacet } from './facets/messages.ts'
import { createOffersFacet } from './facets/offers.ts'
import { createOnchainFacet } from './facets/onchain.ts'
import { createPeersFacet } from './facets/peers.ts'
import { createRoutingFacet } from './facets/routing.ts'
import { createSplicingFacet } from './facets/splicing.ts'
import type { ProcessMemory } from './process-memory.ts'

interface FacetContext {
  client: EclairClient
  memory: ProcessMemory
  capabilities: Capabilities
  /** Of the node; connects where that is not known yet. */
  network(signal: AbortSignal | undefined): Promise<Network>
  now(): UnixSeconds
}

/** What this version can do beside paying and being paid; `undefined` what it cannot. */
export function createFacets(context: FacetContext): BackendFacets {
  const { client, memory, capabilities, now } = context
  return {
    invoices: createInvoicesFacet(client, memory),
    keysend: createKeysendFacet(client, memory),
    routing: createRoutingFacet(client),
    channels: createChannelsFacet(client),
    peers: createPeersFacet(client),
    onchain: createOnchainFacet(client),
    graph: createGraphFacet(client),
    messages: createMessagesFacet(client),
    forwards: createForwardsFacet(client, capabilities, now),
    splicing: supports(capabilities, 'splicing.spliceIn') ? createSplicingFacet(client) : undefined,
    offers: supports(capabilities, 'offers.create') ? createOffersFacet(context) : undefined,
  }
}
