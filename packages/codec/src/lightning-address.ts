import { isDomain, isLoopbackHost, isOnion, isPlainText } from './hosts.ts'
import { refusal, tidyInput } from './refusal.ts'

export interface UrlOptions {
  /** For tests: plain http, to this machine only. */
  allowLoopbackHttp?: boolean
}

/** `name@domain`, LUD-16. */
export interface LightningAddress {
  /** `name@domain`, lower case. */
  address: string
  name: string
  domain: string
  /** Where its LNURL-pay terms are asked for. */
  url: string
}

/** `₿name@domain`, BIP 353: payment instructions in the DNS. */
export interface Bip353Address {
  /** `name@domain`, lower case. */
  address: string
  name: string
  domain: string
  /** The TXT record that holds the `bitcoin:` URI. */
  dnsName: string
}

/** LUD-16 allows `a-z0-9-_.`, and `+` for tags. `.` and `..` would be steps in a path. */
const NAME = /^(?!\.{1,2}$)[a-z0-9._+-]{1,64}$/

/** Reads `name@domain`; a leading `lightning:` is dropped. Throws `invalid_request`. */
export function parseLightningAddress(text: string, options: UrlOptions = {}): LightningAddress {
  const tidy = tidyInput(text, 'Lightning address').replace(/^lightning:(?:\/\/)?/i, '')
  const { name, domain } = splitAddress(tidy, options)
  const scheme = isOnion(domain) || !isDomain(domain) ? 'http' : 'https'
  return {
    address: `${name}@${domain}`,
    name,
    domain,
    url: `${scheme}://${domain}/.well-known/lnurlp/${name}`,
  }
}

/** Reads `₿name@domain`. Throws `invalid_request`. */
export function parseBip353(text: string): Bip353Address {
  const { name, domain } = splitAddress(tidyInput(text, 'payment address').replace(/^₿/u, ''), {})
  return { address: `${name}@${domain}`, name, domain, dnsName: `${name}.user._bitcoin-payment.${domain}` }
}

function splitAddress(address: string, options: UrlOptions): { name: string; domain: string } {
  if (!isPlainText(address))
    throw refusal(
      'invalid_request',
      'The address contains characters that may look like others.',
      'Type the address by hand; an international domain is written in its xn-- form.',
    )
  const [name = '', domain = '', ...rest] = address.toLowerCase().split('@')
  const host = domain.replace(/:\d{1,5}$/, '')
  const known = isDomain(domain) || (options.allowLoopbackHttp === true && isLoopbackHost(host))
  if (rest.length > 0 || !NAME.test(name) || !known)
    throw refusal(
      'invalid_request',
      'This is not a Lightning address.',
      'It reads name@domain, like an e-mail address.',
    )
  return { name, domain }
}
