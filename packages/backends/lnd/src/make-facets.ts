import {
  type BackendFacets,
  type Capabilities,
  type Capability,
  supports,
  type UnixSeconds,
} from '@lightning-mcp/core'
import type { LndClient } from './client.ts'
import { createBackupFacet } from './facets/backup.ts'
import { createChannelsFacet } from './facets/channels.ts'
import { createForwardsFacet } from './facets/forwards.ts'
import { createGraphFacet } from './facets/graph.ts'
import { createHoldFacet } from './facets/hold.ts'
import { createInvoicesFacet, type LookUpInvoice } from './facets/invoices.ts'
import { createKeysendFacet } from './facets/keysend.ts'
import { createMessagesFacet } from './facets/messages.ts'
import { createOnchainFacet } from './facets/onchain.ts'
import { createPeersFacet } from './facets/peers.ts'
import { createRoutingFacet } from './facets/routing.ts'
import { createWatchtowersFacet } from './facets/watchtowers.ts'

/** What facets ask of the backend that they belong to. */
interface Needs {
  lookUpInvoice: LookUpInvoice
  /** Who this node is. */
  ownId: (signal: AbortSignal | undefined) => Promise<string>
  now: () => UnixSeconds
}

/** LND has no offers and splices no channels. */
type LndFacets = Required<Omit<BackendFacets, 'offers' | 'splicing'>>

/** Every facet that LND has, absent where these capabilities lack what it begins with. */
export function makeFacets(client: LndClient, capabilities: Capabilities, needs: Needs): LndFacets {
  const { lookUpInvoice, ownId, now } = needs
  const where = <T>(capability: Capability, make: () => T): T | undefined =>
    supports(capabilities, capability) ? make() : undefined
  return {
    invoices: where('invoices.cancel', () => createInvoicesFacet(client, lookUpInvoice)),
    hold: where('hold.create', () => createHoldFacet(client, lookUpInvoice)),
    keysend: where('keysend.send', () => createKeysendFacet(client, ownId)),
    routing: where('routing.estimateFee', () => createRoutingFacet(client, capabilities)),
    channels: where('channels.list', () => createChannelsFacet(client, capabilities)),
    peers: where('peers.list', () => createPeersFacet(client, capabilities)),
    onchain: where('onchain.getBalance', () => createOnchainFacet(client, capabilities)),
    graph: where('graph.getNode', () => createGraphFacet(client)),
    forwards: where('forwards.list', () => createForwardsFacet(client, now)),
    messages: where('messages.sign', () => createMessagesFacet(client)),
    watchtowers: where('watchtowers.list', () => createWatchtowersFacet(client, capabilities)),
    backup: where('backup.export', () => createBackupFacet(client)),
  }
}
