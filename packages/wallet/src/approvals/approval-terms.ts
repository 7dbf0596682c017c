import type { Intent } from '../intents/intent.ts'
import { canonicalJson } from '../owner/canonical-json.ts'

/** What of a spending's details an owner agrees to. The rest is how it is found again, and secrets. */
const BOUND = ['address', 'amountSat', 'peer', 'host', 'pushMsat', 'private', 'channel', 'mode']

/** As text, so that it can be signed and shown. Absent for a payment that its destination says all of. */
export function termsOf({ details }: Pick<Intent, 'details'>): Readonly<Record<string, string>> | undefined {
  const bound = BOUND.flatMap((name): [string, string][] => {
    const value = details?.[name]
    if (value === undefined) return []
    return [[name, typeof value === 'object' && value !== null ? canonicalJson(value) : String(value)]]
  })
  return bound.length === 0 ? undefined : Object.fromEntries(bound)
}

export const sameTerms = (
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean => canonicalJson(a ?? {}) === canonicalJson(b ?? {})
