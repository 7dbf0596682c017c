import {
  type DecodedInvoice,
  MAX_MSAT,
  type Msat,
  type Network,
  sameNetwork,
  type UnixSeconds,
} from '@lightning-mcp/core'
import { refusal } from '../refusal.ts'
import { decodeInvoice } from './decode-invoice.ts'

export interface AssertPayableRequest {
  invoice: string
  /** Required if and only if the invoice has no amount. */
  amountMsat?: Msat
}

export interface AssertPayableContext {
  /** The paying wallet's. */
  network: Network
  /** Default: the system clock. */
  nowSeconds?: UnixSeconds
}

/**
 * Reads an invoice and tells what paying it would cost, or why it cannot be paid: the first thing every
 * `payInvoice` does. Throws `invalid_invoice`, `wrong_network`, `invoice_expired`, `amount_required`,
 * `amount_not_allowed`, all with `sent: 'no'`.
 */
export function assertPayable(
  request: AssertPayableRequest,
  { network, nowSeconds = Math.floor(Date.now() / 1000) }: AssertPayableContext,
): { decoded: DecodedInvoice; amountMsat: Msat } {
  const decoded = decodeInvoice(request.invoice)
  if (!sameNetwork(decoded.network, network))
    throw refusal(
      'wrong_network',
      `The invoice is for ${decoded.network}, this wallet is on ${network}.`,
      `Ask the payee for an invoice on ${network}.`,
    )
  if (nowSeconds >= decoded.expiresAt)
    throw refusal(
      'invoice_expired',
      `The invoice expired at ${new Date(decoded.expiresAt * 1000).toISOString()}.`,
      'Ask the payee for a fresh invoice.',
    )
  return { decoded, amountMsat: amountToPay(decoded, request.amountMsat) }
}

function amountToPay({ amountMsat: fixed }: DecodedInvoice, given: Msat | undefined): Msat {
  if (fixed !== undefined) {
    if (given === undefined) return fixed
    throw refusal(
      'amount_not_allowed',
      `The invoice has its own amount of ${fixed} msat, so none may be given.`,
      'Leave the amount out.',
    )
  }
  if (given === undefined)
    throw refusal(
      'amount_required',
      'The invoice leaves the amount to the payer, and none was given.',
      'Give the amount to pay.',
    )
  if (typeof given !== 'bigint' || given <= 0n || given > MAX_MSAT)
    throw refusal(
      'invalid_request',
      'The amount to pay must be above zero and at most 21 million BTC.',
      'Give a positive amount.',
    )
  return given
}
