/** What a release lacks of the methods of v26.06.6. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  // xpay and its own keysend came with 24.11 and 26.06, splicing in one call with 26.04
  'v24.08': [
    'xpay',
    'xpay-as-pay',
    'xkeysend',
    'getroutes',
    'splicein',
    'spliceout',
    'sendamount',
    'listchainmoves',
    'listchannelmoves',
    'listnetworkevents',
  ],
}

export const CURRENT_VERSION = 'v26.06.6'

export type FakeVersion = 'v26.06.6' | 'v24.08'

export const methodsMissingIn = (version: string): ReadonlySet<string> => new Set(MISSING[version] ?? [])
