/** What came with 24.11 (xpay), 26.04 (splices in one call) and 26.06 (xpay's own keysend). */
const NEW_SINCE_24_08: readonly string[] = [
  'xpay',
  'xpay-as-pay',
  'xkeysend',
  'sendamount',
  'splicein',
  'spliceout',
  'listchainmoves',
  'listchannelmoves',
  'listnetworkevents',
]

/** What a release lacks of the methods of v26.06.6. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  // getroutes is there in 24.08, as a plugin that is off where nobody asks for it
  'v24.08': [...NEW_SINCE_24_08, 'getroutes'],
  // older than the adapter takes
  'v23.08': [...NEW_SINCE_24_08, 'getroutes', 'recover', 'injectpaymentonion', 'listaddresses'],
}

export const CURRENT_VERSION = 'v26.06.6'

export type FakeVersion = 'v26.06.6' | 'v24.08' | 'v23.08'

export const methodsMissingIn = (version: string): ReadonlySet<string> => new Set(MISSING[version] ?? [])
