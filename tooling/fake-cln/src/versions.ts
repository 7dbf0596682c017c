import { helpTexts } from './captures.ts'

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

const methodsMissingIn = (version: string): ReadonlySet<string> => new Set(MISSING[version] ?? [])

/** How an older release describes methods that have learned more since: its `listpays` knew no pages. */
const OLDER_USAGES: Readonly<Record<string, string>> = {
  listpays: 'listpays [bolt11] [payment_hash] [status]',
}

/** What `help` says of each method in that version. */
export function helpTextsIn(version: string): readonly string[] {
  const missing = methodsMissingIn(version)
  const nameOf = (text: string): string => text.split(' ')[0] ?? ''
  return helpTexts()
    .filter((text) => !missing.has(nameOf(text)))
    .map((text) => (version === CURRENT_VERSION ? text : (OLDER_USAGES[nameOf(text)] ?? text)))
}
