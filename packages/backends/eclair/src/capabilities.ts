import {
  type Capabilities,
  type Capability,
  declareCapabilities,
  narrowCapabilities,
} from '@lightning-mcp/core'

/** Versions of Eclair, as numbers that compare: `0.14.1` → 14. Zero where it says none. */
export type EclairRelease = number

/**
 * What each ability needs, as a minor version 0.x. Its password allows everything or nothing, so the
 * version is all that takes abilities away.
 */
const SINCE = {
  getInfo: 10,
  getBalance: 10,
  createInvoice: 10,
  'createInvoice.amountless': 10,
  'createInvoice.descriptionHash': 10,
  'createInvoice.preimage': 10,
  // the field privateChannelIds
  'createInvoice.privateHints': 11,
  lookupInvoice: 10,
  payInvoice: 10,
  'payInvoice.amountless': 10,
  lookupPayment: 10,
  listTransactions: 10,
  watch: 10,
  'invoices.cancel': 10,
  'offers.create': 12,
  'offers.list': 12,
  'offers.disable': 12,
  'offers.pay': 12,
  'offers.listPayments': 12,
  'keysend.send': 10,
  'routing.estimateFee': 10,
  'routing.findRoutes': 10,
  'channels.list': 10,
  'channels.listPending': 10,
  'channels.listClosed': 10,
  'channels.open': 10,
  'channels.close': 10,
  'channels.updatePolicy': 10,
  // before it Eclair could splice with Eclair only
  'splicing.spliceIn': 14,
  'splicing.spliceOut': 14,
  'peers.list': 10,
  'peers.connect': 10,
  'peers.disconnect': 10,
  'onchain.getBalance': 10,
  'onchain.newAddress': 10,
  'onchain.send': 10,
  'onchain.listTransactions': 10,
  'graph.getNode': 10,
  'forwards.list': 10,
  // relaystats
  'forwards.feeReport': 14,
  'messages.sign': 10,
  'messages.verify': 10,
} as const satisfies Partial<Record<Capability, EclairRelease>>

/** The oldest release whose answers are understood here. */
export const OLDEST_RELEASE: EclairRelease = 10

/** All that this adapter can do with the newest release it knows. */
export const eclairCapabilities = declareCapabilities(
  Object.fromEntries(Object.keys(SINCE).map((capability) => [capability, 'native'])),
)

/** `undefined` for a build that does not say which release it is: somebody's own. */
export function releaseOf(version: string): EclairRelease | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || minor === undefined) return undefined
  return Number(major) > 0 ? Number.POSITIVE_INFINITY : Number(minor)
}

export const capabilitiesOf = (release: EclairRelease | undefined): Capabilities =>
  release === undefined
    ? eclairCapabilities
    : narrowCapabilities(
        eclairCapabilities,
        (capability) => ((SINCE as Partial<Record<Capability, EclairRelease>>)[capability] ?? 0) <= release,
      )
