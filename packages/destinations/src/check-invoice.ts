import { createHash } from 'node:crypto'
import { decodeInvoice } from '@lightning-mcp/codec'
import {
  type DecodedInvoice,
  LightningError,
  type Msat,
  type Network,
  sameNetwork,
  type Warning,
} from '@lightning-mcp/core'
import { refusal } from './refusals.ts'

export interface InvoiceExpectations {
  domain: string
  amountMsat: Msat
  metadata: string
  network?: Network
  nowSeconds: number
}

/** Holds the service's invoice against what was asked for. What only the recipient could complain about is a warning. */
export function checkInvoice(invoice: string, expected: InvoiceExpectations): readonly Warning[] {
  const { domain, amountMsat, network, nowSeconds } = expected
  const decoded = decode(invoice, domain)
  if (decoded.amountMsat !== amountMsat)
    throw refusal({
      code: 'protocol_error',
      message: `${domain} gave an invoice for ${decoded.amountMsat ?? 'any'} msat instead of ${amountMsat} msat; nothing was paid.`,
      hint: 'Do not pay this recipient before asking why.',
    })
  if (network !== undefined && !sameNetwork(decoded.network, network))
    throw refusal({
      code: 'wrong_network',
      message: `${domain} gave an invoice for ${decoded.network}, this wallet is on ${network}; nothing was paid.`,
      hint: `Ask the recipient for an address on ${network}.`,
    })
  if (nowSeconds >= decoded.expiresAt)
    throw refusal({
      code: 'invoice_expired',
      message: `${domain} gave an invoice that has already expired; nothing was paid.`,
      hint: 'Try again; if it happens again, the clock of one side is wrong.',
      retry: 'after-delay',
    })
  return commitsTo(decoded, expected.metadata) ? [] : [unproven(domain)]
}

function decode(invoice: string, domain: string): DecodedInvoice {
  try {
    return decodeInvoice(invoice)
  } catch (error) {
    if (!LightningError.is(error)) throw error
    throw refusal({
      code: 'invalid_invoice',
      message: `${domain} gave an invoice that cannot be used: ${error.message}`,
      hint: 'Ask the recipient for a BOLT 11 invoice or for another address.',
      cause: error,
    })
  }
}

/** LUD-06 wants the metadata's hash in the invoice; services that write the metadata itself say the same. */
function commitsTo({ description, descriptionHash }: DecodedInvoice, metadata: string): boolean {
  return descriptionHash === undefined
    ? description === metadata
    : descriptionHash === createHash('sha256').update(metadata).digest('hex')
}

const unproven = (domain: string): Warning => ({
  code: 'description_hash_mismatch',
  message: `The invoice does not commit to the description that ${domain} showed.`,
})
