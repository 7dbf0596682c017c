import type { Capability, Support } from '@lightning-mcp/core'
import { declareCapabilities } from '@lightning-mcp/core'

/** Core Lightning's calls that this adapter makes, and the first version that has each (25 is v25.x of any month). */
export const METHODS = {
  getinfo: '0',
  help: '0',
  listpeerchannels: '23.02',
  listfunds: '0',
  invoice: '0',
  listinvoices: '0',
  delinvoice: '0',
  xpay: '24.11',
  pay: '0',
  listpays: '0',
  listsendpays: '0',
  wait: '23.08',
  xkeysend: '26.06',
  // older ones take no absolute fee limit
  keysend: '24.11',
  offer: '0',
  listoffers: '0',
  disableoffer: '0',
  fetchinvoice: '0',
  getroutes: '24.08',
  getroute: '0',
  listclosedchannels: '23.05',
  fundchannel: '0',
  close: '0',
  setchannel: '0',
  splicein: '26.04',
  spliceout: '26.04',
  connect: '0',
  disconnect: '0',
  listpeers: '0',
  newaddr: '0',
  listaddresses: '24.11',
  withdraw: '0',
  feerates: '0',
  listtransactions: '0',
  listnodes: '0',
  listchannels: '0',
  listforwards: '0',
  signmessage: '0',
  checkmessage: '0',
  staticbackup: '0',
} as const satisfies Record<string, string>

export type Method = keyof typeof METHODS

/** Each of them is called; of a list, the first one that node and credential have. */
type Needs = readonly (Method | readonly Method[])[]

const PAY: Needs = [['xpay', 'pay'], 'listpays', 'listsendpays']
// a facet has both of its first calls or neither
const OFFERS: Needs = ['offer', 'listoffers']
const SPLICE: Needs = ['splicein', 'spliceout', 'listpeerchannels', 'feerates']
const MESSAGES: Needs = ['signmessage', 'checkmessage']
const KEYSEND: Needs = [['xkeysend', 'keysend'], 'listpays', 'listsendpays']

/** What each ability calls: where node or rune lack any of it, the ability is taken away. */
export const CAPABILITY_METHODS: Readonly<Partial<Record<Capability, Needs>>> = {
  getInfo: ['getinfo'],
  getBalance: ['listpeerchannels'],
  createInvoice: ['invoice'],
  'createInvoice.amountless': ['invoice'],
  'createInvoice.preimage': ['invoice'],
  'createInvoice.privateHints': ['invoice'],
  lookupInvoice: ['listinvoices'],
  // without the look-up a payment whose reply was lost could never be judged
  payInvoice: PAY,
  'payInvoice.amountless': PAY,
  'payInvoice.self': PAY,
  lookupPayment: ['listpays', 'listsendpays'],
  listTransactions: ['listsendpays', 'listinvoices'],
  watch: ['wait', 'listinvoices'],
  'invoices.cancel': ['delinvoice', 'listinvoices'],
  'offers.create': OFFERS,
  'offers.list': OFFERS,
  'offers.disable': [...OFFERS, 'disableoffer'],
  'offers.fetchInvoice': [...OFFERS, 'fetchinvoice'],
  'offers.pay': [...OFFERS, 'fetchinvoice', ...PAY],
  'offers.listPayments': [...OFFERS, 'listpays', 'listsendpays'],
  'keysend.send': KEYSEND,
  'routing.estimateFee': [['getroutes', 'getroute']],
  'routing.findRoutes': [['getroutes', 'getroute']],
  'channels.list': ['listpeerchannels'],
  'channels.listPending': ['listpeerchannels'],
  'channels.listClosed': ['listpeerchannels', 'listclosedchannels'],
  'channels.open': ['listpeerchannels', 'fundchannel', 'connect'],
  'channels.close': ['listpeerchannels', 'close'],
  'channels.updatePolicy': ['listpeerchannels', 'setchannel'],
  'splicing.spliceIn': SPLICE,
  'splicing.spliceOut': SPLICE,
  'peers.list': ['listpeers'],
  'peers.connect': ['listpeers', 'connect'],
  'peers.disconnect': ['listpeers', 'disconnect'],
  'onchain.getBalance': ['listfunds'],
  'onchain.newAddress': ['listfunds', 'newaddr'],
  'onchain.send': ['listfunds', 'withdraw'],
  'onchain.listUtxos': ['listfunds'],
  'onchain.listTransactions': ['listfunds', 'listtransactions'],
  'onchain.estimateFees': ['listfunds', 'feerates'],
  'graph.getNode': ['listnodes', 'listchannels'],
  'forwards.list': ['listforwards'],
  'forwards.feeReport': ['listforwards'],
  'messages.sign': MESSAGES,
  'messages.verify': MESSAGES,
  'backup.export': ['staticbackup'],
}

/** Done with several calls, or kept in mind by this process. */
const EMULATED: ReadonlySet<string> = new Set<Capability>([
  'invoices.cancel',
  'offers.listPayments',
  'forwards.feeReport',
])

/** All that this adapter can do over the socket of a new node. */
export const clnCapabilities = declareCapabilities(
  Object.fromEntries(
    Object.keys(CAPABILITY_METHODS).map((capability): [string, Support] => [
      capability,
      EMULATED.has(capability) ? 'emulated' : 'native',
    ]),
  ),
)
