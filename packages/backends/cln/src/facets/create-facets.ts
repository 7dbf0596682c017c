import { type BackendFacets, type Capabilities, type Capability, supports } from '@lightning-mcp/core'
import { createBackupFacet } from './backup.ts'
import { createChannelsFacet } from './channels.ts'
import { createForwardsFacet } from './forwards.ts'
import { createGraphFacet } from './graph.ts'
import { type CanceledInvoices, createInvoicesFacet } from './invoices.ts'
import { createKeysendFacet } from './keysend.ts'
import { createMessagesFacet } from './messages.ts'
import { createOffersFacet, type OffersContext } from './offers.ts'
import { createOnchainFacet } from './onchain.ts'
import { createPeersFacet } from './peers.ts'
import { createRoutingFacet } from './routing.ts'
import { createSplicingFacet } from './splicing.ts'

/** What the facets share. */
export interface FacetContext extends OffersContext {
  canceled: CanceledInvoices
}

/** Each facet whose calls node and credential have; the others are taken away. */
export function createFacets(context: FacetContext, capabilities: Capabilities): BackendFacets {
  const { client, has, history, identity, canceled } = context
  const where = <F>(capability: Capability, create: () => F): F | undefined =>
    supports(capabilities, capability) ? create() : undefined
  return {
    invoices: where('invoices.cancel', () => createInvoicesFacet(client, canceled)),
    offers: where('offers.list', () => createOffersFacet(context, capabilities)),
    keysend: where('keysend.send', () => createKeysendFacet(context)),
    routing: where('routing.estimateFee', () =>
      createRoutingFacet(client, has, async (signal) => (await identity(signal)).id),
    ),
    channels: where('channels.list', () => createChannelsFacet(client, capabilities)),
    splicing: where('splicing.spliceIn', () => createSplicingFacet(client)),
    peers: where('peers.list', () => createPeersFacet(client, capabilities)),
    onchain: where('onchain.getBalance', () =>
      createOnchainFacet(client, capabilities, async (signal) => (await identity(signal)).network),
    ),
    graph: where('graph.getNode', () => createGraphFacet(client)),
    forwards: where('forwards.list', () => createForwardsFacet(history)),
    messages: where('messages.sign', () => createMessagesFacet(client)),
    backup: where('backup.export', () => createBackupFacet(client)),
  }
}
