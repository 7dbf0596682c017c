/** Keys whose values are never shown, in whatever spelling. */
const SECRET_KEY =
  /preimage|secret|macaroon|rune|password|passphrase|token|apikey|adminkey|invoicekey|inkey|privatekey|seed|mnemonic|credential|authorization|cookie|connection(string|uri|url)|nwc/i

/** Credentials that people paste into other fields; LND's macaroons all begin alike. */
const SECRET_TEXT =
  /\b(lndconnect|lnconnect|nostr\+walletconnect|nostrwalletconnect):[^\s"']+|\bnsec1[a-z0-9]+|\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}|\b0201036c6e64[0-9a-f]+|\bAgEDbG5k[a-z0-9+/=_-]+|(?<=:\/\/)[^\s"'/@:]+:[^\s"'/@]+(?=@)/gi

export const REDACTED = '[redacted]'
const MAX_TEXT = 500
const MAX_ITEMS = 20
const MAX_DEPTH = 6

/**
 * A copy of a value that may be logged: plain data, amounts as digits, long texts and lists cut,
 * secrets gone. A secret value found under a telling key is also taken out of every other text.
 */
export function redact(value: unknown): unknown {
  const secrets = new Set<string>()
  collectSecrets(value, secrets, 0)
  return copy(value, secrets, 0)
}

const isSecretKey = (key: string): boolean => SECRET_KEY.test(key.replaceAll(/[_-]/g, ''))

function collectSecrets(value: unknown, secrets: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string' && item.length >= 8 && isSecretKey(key)) secrets.add(item)
    else collectSecrets(item, secrets, depth + 1)
  }
}

function copy(value: unknown, secrets: ReadonlySet<string>, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return cleanSecrets(value, secrets)
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[deep]'
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => copy(item, secrets, depth + 1))
    return value.length > MAX_ITEMS ? [...items, `and ${value.length - MAX_ITEMS} more`] : items
  }
  if (value instanceof AbortSignal) return undefined
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  // a class of its own says how it wants to be shown: `Secret` says [secret]
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), secrets, depth + 1)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [
        key,
        item !== undefined && isSecretKey(key) ? REDACTED : copy(item, secrets, depth + 1),
      ])
      .filter(([, item]) => item !== undefined),
  )
}

function cleanSecrets(text: string, secrets: ReadonlySet<string>): string {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, REDACTED)
  clean = clean.replaceAll(SECRET_TEXT, REDACTED)
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean
}
