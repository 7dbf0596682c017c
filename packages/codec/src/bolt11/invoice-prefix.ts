import { BOLT11_PREFIX, MAX_MSAT, type Msat, type Network } from '@lightning-mcp/core'
import { invalidInvoice } from '../refusal.ts'

// testnet4 writes `lntb` too and is found behind testnet.
const NETWORK_BY_PREFIX = new Map<string, Network>([
  [BOLT11_PREFIX.mainnet, 'mainnet'],
  [BOLT11_PREFIX.testnet, 'testnet'],
  [BOLT11_PREFIX.signet, 'signet'],
  [BOLT11_PREFIX.regtest, 'regtest'],
])

const PREFIX = /^(ln[a-z]+?)(?:(\d+)([a-z]?))?$/

/** One unit of each multiplier in tenths of a millisatoshi, because the smallest (pico) is one tenth. */
const TENTH_MSAT: Readonly<Record<string, bigint>> = {
  '': 1_000_000_000_000n,
  m: 1_000_000_000n,
  u: 1_000_000n,
  n: 1_000n,
  p: 1n,
}

/** 21 million BTC in pico-BTC has twenty. */
const MAX_DIGITS = 20

/** Network and amount from an invoice's human-readable part. BOLT 11, "Human-Readable Part". */
export function readPrefix(prefix: string): { network: Network; amountMsat?: Msat } {
  const [, currency = '', digits, multiplier = ''] = PREFIX.exec(prefix) ?? []
  const network = NETWORK_BY_PREFIX.get(currency)
  if (network === undefined)
    throw invalidInvoice(
      'its prefix belongs to no Bitcoin network',
      'Check that the invoice is a Bitcoin one.',
    )
  if (digits === undefined) return { network }
  if (digits.startsWith('0')) throw invalidInvoice('its amount is zero or starts with a zero')
  const unit = TENTH_MSAT[multiplier]
  if (unit === undefined) throw invalidInvoice('its amount has an unknown multiplier')
  if (digits.length > MAX_DIGITS) throw invalidInvoice('its amount is above 21 million BTC')
  const tenths = BigInt(digits) * unit
  if (tenths % 10n !== 0n) throw invalidInvoice('its amount is not a whole number of millisatoshi')
  const amountMsat = tenths / 10n
  if (amountMsat > MAX_MSAT) throw invalidInvoice('its amount is above 21 million BTC')
  return { network, amountMsat: amountMsat as Msat }
}
