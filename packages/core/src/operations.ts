import type { Capability } from './capabilities.ts'
import type { BackendFacets } from './lightning-backend.ts'

/** `read` changes nothing; `receive` makes or withdraws a request for money; `manage` changes the node; `spend` can cost money. */
export type OperationClass = 'read' | 'receive' | 'spend' | 'manage'

export type FacetName = keyof BackendFacets

/** An operation of the interface: the capability without arguments. */
export type Operation = Exclude<Capability, `${'createInvoice' | 'payInvoice'}.${string}`>

/**
 * Every operation and what it can do to money. Layers and checks are built from this table:
 * only `read` may be retried, and only the wallet may call `spend`.
 */
export const OPERATIONS: Readonly<Record<Operation, OperationClass>> = {
  getInfo: 'read',
  getBalance: 'read',
  createInvoice: 'receive',
  lookupInvoice: 'read',
  payInvoice: 'spend',
  lookupPayment: 'read',
  listTransactions: 'read',
  watch: 'read',
  'invoices.cancel': 'receive',
  'hold.create': 'receive',
  'hold.settle': 'receive',
  'hold.cancel': 'receive',
  'offers.create': 'receive',
  'offers.list': 'read',
  'offers.disable': 'receive',
  'offers.fetchInvoice': 'read',
  'offers.pay': 'spend',
  'offers.listPayments': 'read',
  'keysend.send': 'spend',
  'routing.estimateFee': 'read',
  // locks liquidity, which is why it is not a plain read
  'routing.probe': 'manage',
  'routing.findRoutes': 'read',
  'channels.list': 'read',
  'channels.listPending': 'read',
  'channels.listClosed': 'read',
  'channels.open': 'spend',
  'channels.close': 'spend',
  'channels.updatePolicy': 'manage',
  'splicing.spliceIn': 'spend',
  'splicing.spliceOut': 'spend',
  'peers.list': 'read',
  'peers.connect': 'manage',
  'peers.disconnect': 'manage',
  'onchain.getBalance': 'read',
  'onchain.newAddress': 'receive',
  'onchain.send': 'spend',
  'onchain.listUtxos': 'read',
  'onchain.listTransactions': 'read',
  'onchain.estimateFees': 'read',
  'graph.getNode': 'read',
  'forwards.list': 'read',
  'forwards.feeReport': 'read',
  'messages.sign': 'manage',
  'messages.verify': 'read',
  'watchtowers.list': 'read',
  'watchtowers.add': 'manage',
  'watchtowers.remove': 'manage',
  'watchtowers.stats': 'read',
  'backup.export': 'manage',
  'backup.verify': 'read',
}

/** `hold.create` → `['hold', 'create']`; `payInvoice` → `[undefined, 'payInvoice']`. */
export function splitOperation(operation: Operation): [facet: FacetName | undefined, method: string] {
  const [first, second] = operation.split('.') as [string, string | undefined]
  return second === undefined ? [undefined, first] : [first as FacetName, second]
}

/** All operations, in the table's order. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly Operation[]
