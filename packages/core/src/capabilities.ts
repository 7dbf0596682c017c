/**
 * What a backend can do. Grammar: an operation of the interface, `operation.argument` for an
 * argument that not every backend takes, `facet.operation` for an optional ability.
 */
export const CAPABILITIES = [
  'getInfo',
  'getBalance',
  'createInvoice',
  'createInvoice.amountless',
  'createInvoice.descriptionHash',
  'createInvoice.preimage',
  'createInvoice.privateHints',
  'lookupInvoice',
  'payInvoice',
  'payInvoice.amountless',
  'payInvoice.maxParts',
  'payInvoice.outgoingChannels',
  'payInvoice.lastHop',
  'payInvoice.self',
  'lookupPayment',
  'listTransactions',
  'watch',
  'invoices.cancel',
  'hold.create',
  'hold.settle',
  'hold.cancel',
  'offers.create',
  'offers.list',
  'offers.disable',
  'offers.fetchInvoice',
  'offers.pay',
  'offers.listPayments',
  'keysend.send',
  'routing.estimateFee',
  'routing.probe',
  'routing.findRoutes',
  'channels.list',
  'channels.listPending',
  'channels.listClosed',
  'channels.open',
  'channels.close',
  'channels.updatePolicy',
  'splicing.spliceIn',
  'splicing.spliceOut',
  'peers.list',
  'peers.connect',
  'peers.disconnect',
  'onchain.getBalance',
  'onchain.newAddress',
  'onchain.send',
  'onchain.listUtxos',
  'onchain.listTransactions',
  'onchain.estimateFees',
  'graph.getNode',
  'forwards.list',
  'forwards.feeReport',
  'messages.sign',
  'messages.verify',
  'watchtowers.list',
  'watchtowers.add',
  'watchtowers.remove',
  'watchtowers.stats',
  'backup.export',
  'backup.verify',
] as const

export type Capability = (typeof CAPABILITIES)[number]

/** `emulated`: done by the adapter with other calls of the backend; the behaviour is the same. */
export type Support = 'native' | 'emulated' | 'none'

/** One constant per backend, narrowed by what `connect()` learns about version and credential. */
export type Capabilities = Readonly<Record<Capability, Support>>

/** Fills in `none` for everything that is not named. */
export function declareCapabilities(declared: Partial<Record<Capability, Support>>): Capabilities {
  return Object.freeze(
    Object.fromEntries(CAPABILITIES.map((capability) => [capability, declared[capability] ?? 'none'])),
  ) as Capabilities
}

/** The same capabilities without those that `keep` refuses. */
export function narrowCapabilities(
  capabilities: Capabilities,
  keep: (capability: Capability) => boolean,
): Capabilities {
  return declareCapabilities(
    Object.fromEntries(
      CAPABILITIES.map((capability) => [capability, keep(capability) ? capabilities[capability] : 'none']),
    ),
  )
}

/** Whether it is there at all, natively or emulated. */
export const supports = (capabilities: Capabilities, capability: Capability): boolean =>
  capabilities[capability] !== 'none'
