import { createLndBackend } from '@lightning-mcp/backend-lnd'
import { type DestinationResolver, type LightningBackend, msat } from '@lightning-mcp/core'
import {
  composeLayers,
  type LayerClock,
  withCapabilityCheck,
  withErrorContext,
  withRetry,
  withTimeout,
} from '@lightning-mcp/layers'
import type { ChildWorld } from '../../packages/wallet/test/support/child-order.ts'

/** How to get into a node; part of an order, so plain JSON. */
export interface LndAccess {
  socket: string
  certFile: string
  macaroonFile: string
}

export interface LndWorldOptions {
  payer: LndAccess
  /** Whose invoices the address service hands out. */
  shop: LndAccess
  /** On each of them, so that a test finds them again. */
  memo: string
}

/** A payer on real LND, in the layers of a server, and an address service that mints on another LND: a new invoice each time. */
export async function openWorld(options: Readonly<Record<string, unknown>>): Promise<ChildWorld> {
  return openLndWorld(options as unknown as LndWorldOptions)
}

/** The same, for a wallet in this process; `clock` is that of the layers. */
export async function openLndWorld(
  { payer, shop, memo }: LndWorldOptions,
  clock?: LayerClock,
): Promise<ChildWorld> {
  const service = createLndBackend(shop)
  const resolver: DestinationResolver = {
    describe: async () => ({
      domain: 'shop.example',
      minMsat: msat(1_000n),
      maxMsat: msat(10_000_000n),
      commentAllowed: 0,
      description: 'shop',
    }),
    mint: async ({ destination, amountMsat }) => {
      const { invoice } = await service.createInvoice({ amountMsat, description: memo, expirySeconds: 3600 })
      if (invoice === undefined) throw new Error('the shop made no invoice')
      return { ...(await resolver.describe({ destination })), invoice, warnings: [] }
    },
  }
  const backend = createLndBackend(payer)
  // loads what speaks to LND: in the wallet's quick time that would take half a minute
  await Promise.all([backend.connect(), service.connect()])
  return { backend: inLayers(backend, clock), resolver, close: () => void service.close() }
}

/** As the runtime does it. */
const inLayers = (backend: LightningBackend, clock?: LayerClock): LightningBackend =>
  composeLayers(backend, [
    withErrorContext,
    (inner) => withTimeout(inner, clock === undefined ? {} : { clock }),
    (inner) => withRetry(inner, clock === undefined ? {} : { clock }),
    withCapabilityCheck,
  ])
