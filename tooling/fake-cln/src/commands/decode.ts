import { decodeBolt12Invoice, decodeInvoice, decodeOffer } from '@lightning-mcp/codec'
import { type DecodedInvoice, LightningError, type Network } from '@lightning-mcp/core'
import { readRune } from '../node/rune-book.ts'
import { readAlternative } from '../node/rune-conditions.ts'
import type { Commands } from '../rpc/command.ts'
import { exact, given } from '../rpc/exact-json.ts'
import { badParameter } from '../rpc/rpc-error.ts'

const CURRENCIES: Readonly<Record<Network, string>> = {
  mainnet: 'bc',
  testnet: 'tb',
  testnet4: 'tb',
  signet: 'tbs',
  regtest: 'bcrt',
}

/** `decode`: whatever it is. */
export const decodeCommands: Commands = {
  decode: (_node, params) => {
    const text = params.text('string') ?? ''
    try {
      if (/^lno1/i.test(text)) return offerLine(text)
      if (/^lni1/i.test(text)) return bolt12Line(text)
      if (/^ln(bc|tb)/i.test(text)) return bolt11Line(decodeInvoice(text))
    } catch (error) {
      if (!LightningError.is(error)) throw error
      throw badParameter('string', 'Bad bech32 string', JSON.stringify(text))
    }
    if (/^[A-Za-z0-9_+/-]{43,}={0,2}$/.test(text)) return runeLine(text)
    throw badParameter('string', 'Unparsable string', JSON.stringify(text))
  },
}

const bolt11Line = (invoice: DecodedInvoice): unknown =>
  given({
    type: 'bolt11 invoice',
    currency: CURRENCIES[invoice.network],
    created_at: invoice.createdAt,
    expiry: invoice.expiresAt - invoice.createdAt,
    payee: invoice.payee,
    amount_msat: invoice.amountMsat === undefined ? undefined : exact(invoice.amountMsat),
    description: invoice.description,
    description_hash: invoice.descriptionHash,
    min_final_cltv_expiry: invoice.minFinalCltvDelta,
    payment_secret: invoice.paymentSecret,
    features: featureHex(invoice.features),
    routes:
      invoice.routeHints.length === 0
        ? undefined
        : invoice.routeHints.map((hops) =>
            hops.map((hop) => ({
              pubkey: hop.nodeId,
              short_channel_id: hop.shortChannelId,
              fee_base_msat: exact(hop.feeBaseMsat),
              fee_proportional_millionths: hop.feeProportionalMillionths,
              cltv_expiry_delta: hop.cltvExpiryDelta,
            })),
          ),
    payment_hash: invoice.paymentHash,
    signature: '00'.repeat(70),
    valid: true,
  })

function featureHex(bits: readonly number[]): string {
  const bytes = Buffer.alloc(Math.ceil((Math.max(0, ...bits) + 1) / 8))
  for (const bit of bits) {
    const index = bytes.length - 1 - (bit >> 3)
    bytes[index] = (bytes[index] ?? 0) | (1 << (bit & 7))
  }
  return bytes.toString('hex')
}

function offerLine(text: string): unknown {
  const offer = decodeOffer(text)
  return given({
    type: 'bolt12 offer',
    offer_id: offer.fieldsHash,
    offer_amount_msat: offer.amountMsat === undefined ? undefined : exact(offer.amountMsat),
    offer_description: offer.description,
    offer_issuer: offer.issuer,
    offer_absolute_expiry: offer.expiresAt,
    offer_issuer_id: offer.issuerId,
    valid: true,
  })
}

function bolt12Line(text: string): unknown {
  const invoice = decodeBolt12Invoice(text)
  return given({
    type: 'bolt12 invoice',
    offer_description: invoice.description,
    invreq_payer_id: invoice.payerId,
    invreq_payer_note: invoice.payerNote,
    invoice_created_at: invoice.createdAt,
    invoice_relative_expiry: invoice.expiresAt - invoice.createdAt,
    invoice_payment_hash: invoice.paymentHash,
    invoice_amount_msat: exact(invoice.amountMsat),
    invoice_node_id: invoice.nodeId,
    valid: true,
  })
}

const SUMMARIES: Readonly<Record<string, string>> = {
  method: 'method (of command)',
  rate: 'rate (max per minute)',
  time: 'time (in seconds since 1970)',
}

function runeLine(text: string): unknown {
  const { tag, lines, text: restrictions } = readRune(text)
  const [first, ...rest] = lines
  return {
    type: 'rune',
    unique_id: first?.[0]?.replace('=', ''),
    string: `${tag.toString('hex')}:${restrictions}`,
    restrictions: rest.map((alternatives) => ({
      alternatives,
      summary: alternatives.map(summaryOf).join(' OR '),
    })),
    valid: true,
  }
}

function summaryOf(alternative: string): string {
  const { field, value } = readAlternative(alternative)
  const shown = field === 'method' ? `'${value}'` : value
  return `${SUMMARIES[field] ?? field} equal to ${shown}`
}
