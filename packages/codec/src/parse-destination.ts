import type { DecodedInvoice, NodeId } from '@lightning-mcp/core'
import { type Bip21, parseBip21 } from './bip21.ts'
import { type BitcoinAddress, parseBitcoinAddress } from './bitcoin-address.ts'
import { decodeInvoice } from './bolt11/decode-invoice.ts'
import { type DecodedOffer, decodeOffer, looksLikeOffer } from './bolt12/decode-offer.ts'
import {
  type Bip353Address,
  type LightningAddress,
  parseBip353,
  parseLightningAddress,
  type UrlOptions,
} from './lightning-address.ts'
import { decodeLnurl, type Lnurl } from './lnurl.ts'
import { curvePoint, type NodeUri, parseNodeUri } from './node-uri.ts'
import { refusal, tidyInput } from './refusal.ts'

/**
 * What a pasted text is. `canonical` is the same for every spelling of the same destination and safe to
 * show and to store.
 */
export type Destination = { canonical: string } & (
  | { kind: 'bolt11'; invoice: DecodedInvoice }
  | { kind: 'bolt12-offer'; offer: DecodedOffer }
  | ({ kind: 'bip21' } & Bip21)
  | ({ kind: 'lnurl' } & Lnurl)
  | ({ kind: 'lightning-address' } & LightningAddress)
  | ({ kind: 'bip353' } & Bip353Address)
  | ({ kind: 'node-uri' } & NodeUri)
  | { kind: 'node-id'; nodeId: NodeId }
  | ({ kind: 'bitcoin-address' } & BitcoinAddress)
)

export type DestinationKind = Destination['kind']

/**
 * Tells what a pasted text is, and reads it whole, without touching the network. Throws `invalid_request`
 * for what is nothing known, `invalid_invoice` for a broken invoice, `unsupported` for BOLT 12 requests and invoices.
 */
export function parseDestination(text: string, options: UrlOptions = {}): Destination {
  const tidy = tidyInput(text, 'destination')
  if (/^bitcoin:/i.test(tidy)) return fromBip21(tidy, options)
  const bare = tidy.replace(/^lightning:(?:\/\/)?/i, '')
  const found = READERS.find(({ matches }) => matches(bare))
  if (found === undefined)
    throw refusal(
      'invalid_request',
      'This is nothing that can be paid.',
      'Give a BOLT 11 invoice, a Lightning address (name@domain), an LNURL, a BOLT 12 offer, a node id or a bitcoin: URI.',
    )
  return found.read(bare, options)
}

interface Reader {
  matches(text: string): boolean
  read(text: string, options: UrlOptions): Destination
}

/** In this order: the first that matches reads, and what it refuses is refused. */
const READERS: readonly Reader[] = [
  {
    matches: (text) => /^(?:lnurl1|(?:lnurl[pwc]|keyauth):|https?:\/\/)/i.test(text),
    read: (text, options) => {
      const lnurl = decodeLnurl(text, options)
      return { kind: 'lnurl', canonical: lnurl.url, ...lnurl }
    },
  },
  {
    matches: looksLikeOffer,
    read: (text) => {
      const offer = decodeOffer(text)
      return { kind: 'bolt12-offer', canonical: offer.offer, offer }
    },
  },
  {
    matches: (text) => /^ln[ir]1[02-9ac-hj-np-z]+$/i.test(text),
    read: () => {
      throw refusal(
        'unsupported',
        'BOLT 12 invoices and invoice requests are passed between nodes and cannot be paid from here.',
        'Ask the recipient for the offer (lno1…) or a BOLT 11 invoice.',
      )
    },
  },
  {
    matches: (text) => /^ln[a-z]{2,6}[0-9][0-9a-z]*$/i.test(text),
    read: (text) => {
      const invoice = decodeInvoice(text)
      return { kind: 'bolt11', canonical: invoice.invoice, invoice }
    },
  },
  {
    matches: (text) => text.startsWith('₿'),
    read: (text) => {
      const address = parseBip353(text)
      return { kind: 'bip353', canonical: `₿${address.address}`, ...address }
    },
  },
  {
    matches: (text) => /^[0-9a-f]{66}@/i.test(text),
    read: (text) => {
      const uri = parseNodeUri(text)
      const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host
      return { kind: 'node-uri', canonical: `${uri.nodeId}@${host}:${uri.port}`, ...uri }
    },
  },
  {
    matches: (text) => /^0[23][0-9a-f]{64}$/i.test(text),
    read: (text) => {
      const id = curvePoint(text)
      return { kind: 'node-id', canonical: id, nodeId: id }
    },
  },
  {
    matches: (text) => text.includes('@'),
    read: (text, options) => {
      const address = parseLightningAddress(text, options)
      return { kind: 'lightning-address', canonical: address.address, ...address }
    },
  },
  {
    matches: (text) => /^[0-9a-z]{14,90}$/i.test(text),
    read: (text) => {
      const address = parseBitcoinAddress(text)
      return { kind: 'bitcoin-address', canonical: address.address, ...address }
    },
  },
]

function fromBip21(text: string, options: UrlOptions): Destination {
  const uri = parseBip21(text, options)
  const canonical =
    uri.invoice?.invoice ?? uri.offer?.offer ?? uri.lnurl?.url ?? uri.onchain?.address ?? 'bitcoin:'
  return { kind: 'bip21', canonical, ...uri }
}
