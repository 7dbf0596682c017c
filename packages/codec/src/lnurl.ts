import { bech32 } from '@scure/base'
import { isDomain, isLoopbackHost, isOnion, isPlainText } from './hosts.ts'
import type { UrlOptions } from './lightning-address.ts'
import { guarded, refusal, tidyInput } from './refusal.ts'

/** What the address itself says about its purpose; `unknown`: the service will tell. */
export type LnurlAction = 'pay' | 'withdraw' | 'channel' | 'auth' | 'unknown'

export interface Lnurl {
  /** https, or http to an onion service. */
  url: string
  domain: string
  action: LnurlAction
}

/** LUD-17. */
const SCHEMES: Readonly<Record<string, LnurlAction>> = {
  lnurlp: 'pay',
  lnurlw: 'withdraw',
  lnurlc: 'channel',
  keyauth: 'auth',
}

/** `tag` in the query, which some services write to save a request (LUD-04, LUD-08). */
const TAGS = new Map<string | null, LnurlAction>([
  ['login', 'auth'],
  ['payRequest', 'pay'],
  ['withdrawRequest', 'withdraw'],
  ['channelRequest', 'channel'],
])

const SCHEME = /^(lnurlp|lnurlw|lnurlc|keyauth):(?:\/\/)?(.+)$/i
const BECH32 = /^lnurl1[02-9ac-hj-np-z]+$/
const MAX_URL_LENGTH = 2048

/**
 * Reads an LNURL: bech32 (`lnurl1…`, LUD-01), a scheme of LUD-17 (`lnurlp://…`, `keyauth://…`), or a web
 * address, where `lightning=lnurl1…` in its query goes first. Throws `invalid_request`.
 */
export function decodeLnurl(text: string, options: UrlOptions = {}): Lnurl {
  const tidy = tidyInput(text, 'LNURL').replace(/^lightning:(?:\/\/)?/i, '')
  const lower = tidy.toLowerCase()
  if (BECH32.test(lower)) {
    if (tidy !== lower && tidy !== tidy.toUpperCase()) throw notAnLnurl('it mixes upper and lower case')
    return checkUrl(readBech32(lower), 'unknown', options)
  }
  const [, scheme, rest] = SCHEME.exec(tidy) ?? []
  if (scheme !== undefined && rest !== undefined) {
    const host = /^[^/?#]*/.exec(rest)?.[0].toLowerCase() ?? ''
    const bare = host.replace(/:\d+$/, '')
    const secure = !isOnion(bare) && !(options.allowLoopbackHttp === true && isLoopbackHost(bare))
    const action = SCHEMES[scheme.toLowerCase()] ?? 'unknown'
    return checkUrl(`${secure ? 'https' : 'http'}://${rest}`, action, options)
  }
  if (!/^https?:\/\//i.test(tidy)) throw notAnLnurl('it starts with no known scheme')
  const url = checkUrl(tidy, 'unknown', options)
  const fallback = new URL(url.url).searchParams.get('lightning')
  return fallback !== null && BECH32.test(fallback.toLowerCase()) ? decodeLnurl(fallback, options) : url
}

/** Writes a web address as `lnurl1…`, lower case. Throws `invalid_request`. */
export function encodeLnurl(url: string, options: UrlOptions = {}): string {
  checkUrl(tidyInput(url, 'web address'), 'unknown', options)
  return bech32.encode('lnurl', bech32.toWords(Buffer.from(url.trim(), 'utf8')), false)
}

function readBech32(lnurl: string): string {
  const bytes = guarded(
    () => bech32.fromWords(bech32.decode(lnurl as `${string}1${string}`, false).words),
    () => notAnLnurl('its checksum is wrong'),
  )
  return Buffer.from(bytes).toString('utf8')
}

function checkUrl(text: string, action: LnurlAction, options: UrlOptions): Lnurl {
  if (text.length > MAX_URL_LENGTH) throw notAnLnurl('its web address is too long')
  if (!isPlainText(text) || /\s/.test(text)) throw notAnLnurl('its web address contains forbidden characters')
  const url = guarded(
    () => new URL(text),
    () => notAnLnurl('it holds no web address'),
  )
  if (url.username !== '' || url.password !== '') throw notAnLnurl('its web address contains a password')
  const loopback = options.allowLoopbackHttp === true && isLoopbackHost(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (isOnion(url.hostname) || loopback)))
    throw notAnLnurl('its web address is not https')
  if (!isDomain(url.hostname) && !loopback) throw notAnLnurl('its web address names no domain')
  const tag = TAGS.get(url.searchParams.get('tag'))
  url.hash = ''
  return { url: url.href, domain: url.host, action: action === 'unknown' ? (tag ?? 'unknown') : action }
}

const notAnLnurl = (reason: string) =>
  refusal('invalid_request', `This is not a usable LNURL: ${reason}.`, 'Ask the recipient for a fresh one.')
