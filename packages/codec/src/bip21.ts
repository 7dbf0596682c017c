import { type DecodedInvoice, MAX_MSAT, type Msat, type Network, sameNetwork } from '@lightning-mcp/core'
import { type BitcoinAddress, parseBitcoinAddress } from './bitcoin-address.ts'
import { decodeInvoice } from './bolt11/decode-invoice.ts'
import { type DecodedOffer, decodeOffer } from './bolt12/decode-offer.ts'
import { isPlainText } from './hosts.ts'
import type { UrlOptions } from './lightning-address.ts'
import { decodeLnurl, type Lnurl } from './lnurl.ts'
import { guarded, refusal, tidyInput } from './refusal.ts'

/** A `bitcoin:` URI (BIP 21, BIP 321): one request, payable in one or more ways. */
export interface Bip21 {
  onchain?: BitcoinAddress
  /** `lightning=lnbc…` */
  invoice?: DecodedInvoice
  /** `lightning=lnurl1…` */
  lnurl?: Lnurl
  /** `lno=…` */
  offer?: DecodedOffer
  amountMsat?: Msat
  /** Untrusted text. */
  label?: string
  /** Untrusted text. */
  message?: string
}

const MSAT_PER_BTC_DIGITS = 11
const ONCHAIN_DIGITS = 8

/**
 * Reads a `bitcoin:` URI. Refused: a `req-` parameter that is not known, a parameter given twice with
 * different values, and parts that contradict each other in network or amount. Throws `invalid_request`,
 * or what `decodeInvoice` throws.
 */
export function parseBip21(text: string, options: UrlOptions = {}): Bip21 {
  const tidy = tidyInput(text, 'payment URI')
  const [, address = '', query = ''] = /^bitcoin:(?:\/\/)?([^?#]*)(?:\?([^#]*))?$/i.exec(tidy) ?? []
  if (!/^bitcoin:/i.test(tidy) || !isPlainText(tidy)) throw badUri('it does not start with bitcoin:')
  const parameters = readQuery(query)
  const lightning = parameters.get('lightning')
  const offer = parameters.get('lno')
  const amount = parameters.get('amount')
  const label = parameters.get('label')
  const message = parameters.get('message')
  const uri: Bip21 = {
    ...(address === '' ? {} : { onchain: parseBitcoinAddress(address) }),
    ...(lightning === undefined ? {} : readLightning(lightning, options)),
    ...(offer === undefined ? {} : { offer: decodeOffer(offer) }),
    ...(amount === undefined ? {} : { amountMsat: readBtcAmount(amount) }),
    ...(label === undefined ? {} : { label }),
    ...(message === undefined ? {} : { message }),
  }
  checkAgreement(uri)
  return uri
}

function readQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const key = (equals === -1 ? pair : pair.slice(0, equals)).toLowerCase()
    const value = guarded(
      () => decodeURIComponent(equals === -1 ? '' : pair.slice(equals + 1)),
      () => badUri('it is not percent-encoded correctly'),
    )
    if (key.startsWith('req-')) throw badUri('it requires something that is not known here')
    if (parameters.has(key) && parameters.get(key) !== value) throw badUri('it gives a parameter twice')
    parameters.set(key, value)
  }
  return parameters
}

function readLightning(value: string, options: UrlOptions): Pick<Bip21, 'invoice' | 'lnurl'> {
  return /^lnurl1/i.test(value) ? { lnurl: decodeLnurl(value, options) } : { invoice: decodeInvoice(value) }
}

/** A decimal number of BTC, digit by digit: 0.1 is not a number that floats can hold. */
export function readBtcAmount(text: string): Msat {
  const [, whole = '', fraction = ''] = /^(\d{0,8})(?:\.(\d*))?$/.exec(text) ?? []
  const digits = fraction.replace(/0+$/, '')
  if (whole === '' && fraction === '') throw badUri('its amount is not a decimal number of BTC')
  if (digits.length > ONCHAIN_DIGITS) throw badUri('its amount is finer than one satoshi')
  const amountMsat = BigInt(whole + digits.padEnd(MSAT_PER_BTC_DIGITS, '0'))
  if (amountMsat === 0n) throw badUri('its amount is zero')
  if (amountMsat > MAX_MSAT) throw badUri('its amount is above 21 million BTC')
  return amountMsat as Msat
}

function checkAgreement({ onchain, invoice, lnurl, offer, amountMsat }: Bip21): void {
  if (!onchain && !invoice && !lnurl && !offer) throw badUri('it names nothing that can be paid')
  const fixed = invoice?.amountMsat
  if (fixed !== undefined && amountMsat !== undefined && fixed !== amountMsat)
    throw badUri('its amount is not the one of its invoice')
  const shared = (networks: readonly Network[], others: readonly Network[]) =>
    networks.some((network) => others.some((other) => sameNetwork(network, other)))
  const stated = [onchain?.networks, invoice && [invoice.network], offer?.networks].filter(
    (networks) => networks !== undefined,
  )
  for (const networks of stated)
    for (const others of stated)
      if (!shared(networks, others)) throw badUri('its parts belong to different networks')
}

const badUri = (reason: string) =>
  refusal(
    'invalid_request',
    `This payment URI cannot be used: ${reason}.`,
    'Ask the recipient for another one.',
  )
