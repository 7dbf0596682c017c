const HOUSEKEEPING = 'a plugin that tidies up; no wallet asks it'
const OTHER_WAY = 'another way to the node (Lightning wire); the adapter has none'
const STORE = 'a key-value store for plugins'
const SETTINGS = 'settings of the captured machine: a copy of it would prove nothing'
const BLINDED = 'the codec reads BOLT 12 texts without telling the hops of their blinded paths'

/** Captures whose request this fake does not serve as it was, each with the reason. */
export const NOT_SERVED: Readonly<Record<string, string>> = {
  'autoclean-once': HOUSEKEEPING,
  'autoclean-once-bad': HOUSEKEEPING,
  'autoclean-once-failedpays': HOUSEKEEPING,
  'autoclean-status': HOUSEKEEPING,
  'autoclean-status-one': HOUSEKEEPING,
  commando: OTHER_WAY,
  'commando-denied': OTHER_WAY,
  datastore: STORE,
  listdatastore: STORE,
  listconfigs: SETTINGS,
  'plugin-list': SETTINGS,
  'decode-offer': BLINDED,
  'decode-bolt12-invoice': BLINDED,
  'dev-splice-dryrun': 'a developer command',
  invoicerequest: 'asks to be asked for money; no facet of the interface does',
  'invoice-unicode': 'replay.test.ts sends it as bytes, because JSON.stringify writes no such escapes',
  listaddresses: 'every address that was given out since the node was made',
  'listfunds-empty': 'a node without coins and channels; two empty lists',
  'listfunds-onchain': 'a node without channels; listfunds-channel has both lists',
  listhtlcs: 'those that are over; the simulated network forgets them',
  multifundchannel: 'several channels in one transaction; no facet of the interface does',
  'pay-fail-no-liquidity':
    'what xpay had learned a moment before; the simulated network learns for one payment only',
  sql: 'SQL over the lists',
  stop: 'ends the daemon; the fake is closed by its test',
  'rest-list-methods': 'text for people, cut off in the capture after 2000 characters',
}
