import { domainToASCII } from 'node:url'
import { parseBitcoinAddress } from '@lightning-mcp/codec'

/** One entry of an allow or deny list. */
export type DestinationPattern = { text: string } & (
  | { kind: 'node'; nodeId: string }
  /** `subdomains`: any name below the domain, and not the domain itself. */
  | { kind: 'host'; host: string; subdomains: boolean }
  /** `name` absent: any. */
  | { kind: 'address'; name?: string; host: string; subdomains: boolean }
  | { kind: 'bitcoin'; address: string }
)

/**
 * Everything by which a payee can be told, in the form in which it is compared; see {@link payeeNames}.
 * An invoice offers its node and nothing else.
 */
export interface PayeeNames {
  /** Of the payee, or of the peer of a channel. */
  nodeId?: string
  /** A Lightning address. */
  address?: string
  /** The domain of the address, or the host of an LNURL. */
  host?: string
  bitcoinAddress?: string
  /** The node is known only once a service has made an invoice; it is judged again then. */
  nodeIdToCome?: boolean
}

const NODE_ID = /^0[23][0-9a-f]{64}$/
// LUD-16
const NAME = /^[a-z0-9._+-]{1,64}$/
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}\\.)+${LABEL}$|^localhost$`)

const RIGHT =
  'use a node id (66 hexadecimal characters), a domain (shop.example or *.shop.example), a Lightning address (bob@shop.example or *@shop.example) or a bitcoin address'

/** Why a text is no pattern. */
export class PatternError extends Error {}

/** Reads an entry of a list. Throws {@link PatternError}. */
export function parsePattern(written: string): DestinationPattern {
  const text = written.trim().toLowerCase()
  if (text === '') throw new PatternError(`must not be empty: ${RIGHT}`)
  if (NODE_ID.test(text)) return { kind: 'node', nodeId: text, text }
  if (/^[0-9a-f]{60,70}$/.test(text))
    throw new PatternError(
      'is no node id: it has 66 hexadecimal characters, of which the first two are 02 or 03',
    )
  if (/^(?:https?|lnurlp?|lightning|bitcoin):|^lnurl1/.test(text))
    throw new PatternError(`is a whole link: ${RIGHT}`)
  if (/^[0-9a-f]{66}@/.test(text)) throw new PatternError('is a node with its address: use the node id alone')
  if (text.includes('@')) return { ...parseAddress(text), text }
  if (text.includes('.') || text === 'localhost') return { kind: 'host', ...parseHost(text), text }
  try {
    const { address } = parseBitcoinAddress(written.trim())
    return { kind: 'bitcoin', address, text: address }
  } catch {
    throw new PatternError(`is nothing that a payment can be matched with: ${RIGHT}`)
  }
}

function parseAddress(text: string) {
  const [name = '', host = '', ...rest] = text.split('@')
  if (rest.length > 0 || (name !== '*' && !NAME.test(name)))
    throw new PatternError(
      'is no Lightning address: before the @ stands a name of a-z, 0-9 and . _ + -, or * for any',
    )
  return { kind: 'address' as const, ...(name === '*' ? {} : { name }), ...parseHost(host) }
}

function parseHost(text: string): { host: string; subdomains: boolean } {
  const subdomains = text.startsWith('*.')
  const written = subdomains ? text.slice(2) : text
  if (written.includes('*'))
    throw new PatternError('has a * in a place where it means nothing: only *.domain and *@domain are known')
  if (subdomains && !written.includes('.'))
    throw new PatternError('is far too wide: name at least a domain and its ending')
  if (mixesAlphabets(written))
    throw new PatternError(
      'mixes letters of several alphabets, as look-alikes of other domains do: if it is really meant, write it in its xn-- form',
    )
  const host = asciiHost(written)
  if (host === undefined || !HOST.test(host)) throw new PatternError(`is no domain: ${RIGHT}`)
  return { host, subdomains }
}

/**
 * The form in which two hosts are compared: lower case, ASCII (`xn--`), without port and final dot.
 * A host that only looks like another stays another.
 */
export function asciiHost(host: string): string | undefined {
  const bare = host.replace(/:\d{1,5}$/, '').replace(/\.$/, '')
  const ascii = domainToASCII(bare)
  return ascii === '' ? undefined : ascii.replace(/\.$/, '')
}

const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]

/** Whether one label has letters of two alphabets that look alike. */
const mixesAlphabets = (host: string): boolean =>
  host.split('.').some((label) => ALPHABETS.filter((alphabet) => alphabet.test(label)).length > 1)

/** Whether it is written with letters outside ASCII, which readers may take for others. */
export const isForeign = ({ text }: DestinationPattern): boolean => !/^[\x20-\x7e]*$/.test(text)

const hostFits = (pattern: { host: string; subdomains: boolean }, host: string | undefined): boolean => {
  if (host === undefined) return false
  return pattern.subdomains ? host.endsWith(`.${pattern.host}`) : host === pattern.host
}

/** A name without its LUD-16 tag, which leads to the same recipient. */
const untagged = (name: string): string => name.replace(/\+.*$/, '')

/** Whether a payee fits an entry. `tags`: an address with a tag fits the address without. */
export function matches(pattern: DestinationPattern, payee: PayeeNames, { tags = false } = {}): boolean {
  switch (pattern.kind) {
    case 'node':
      return payee.nodeId === pattern.nodeId
    case 'bitcoin':
      return payee.bitcoinAddress === pattern.address
    case 'host':
      return hostFits(pattern, payee.host)
    case 'address': {
      const [name = '', host] = payee.address?.split('@') ?? []
      if (!hostFits(pattern, host)) return false
      return pattern.name === undefined || pattern.name === name || (tags && untagged(name) === pattern.name)
    }
  }
}

/** The entry of a deny list that a payee falls under. A tag in an address is no way round. */
export const deniedBy = (
  deny: readonly DestinationPattern[],
  payee: PayeeNames,
): DestinationPattern | undefined => deny.find((pattern) => matches(pattern, payee, { tags: true }))

/**
 * Whether an allow list lets a payee through. `later`: not by what is known, but the node that a
 * service's invoice names may still be on it.
 */
export function allowedBy(allow: readonly DestinationPattern[], payee: PayeeNames): 'yes' | 'no' | 'later' {
  if (allow.some((pattern) => matches(pattern, payee))) return 'yes'
  return payee.nodeIdToCome && allow.some(({ kind }) => kind === 'node') ? 'later' : 'no'
}

/** What a payee may be told by, from what an intent says about it. */
export function payeeNames({
  kind,
  destination,
  payee,
}: {
  kind: string
  destination: string
  payee?: string | undefined
}): PayeeNames {
  const node = payee === undefined ? {} : { nodeId: payee.toLowerCase() }
  // a channel is closed or added to: whose it is counts
  if (kind === 'invoice' || kind === 'offer' || destination.startsWith('channel:')) return node
  const toCome = kind === 'minted' && payee === undefined ? { nodeIdToCome: true } : {}
  if (/^https?:\/\//i.test(destination)) {
    const host = URL.canParse(destination) ? asciiHost(new URL(destination).hostname) : undefined
    return { ...node, ...toCome, ...(host === undefined ? {} : { host }) }
  }
  // an order for a channel concerns its peer
  if (destination.startsWith('channel:')) return node
  const nodeId = /^(0[23][0-9a-f]{64})(?:@|$)/i.exec(destination)?.[1]
  if (nodeId !== undefined) return { nodeId: nodeId.toLowerCase() }
  const [name = '', written] = destination.toLowerCase().split('@')
  if (written === undefined) return { ...node, bitcoinAddress: destination }
  const host = asciiHost(written)
  return { ...node, ...toCome, ...(host === undefined ? {} : { address: `${name}@${host}`, host }) }
}
