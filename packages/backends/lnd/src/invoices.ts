import {
  type CreateHoldInvoiceRequest,
  type CreateInvoiceRequest,
  cleanText,
  type Invoice,
  LightningError,
  type PaymentHash,
} from '@lightning-mcp/core'
import { unreadable } from './to-core.ts'

/** BOLT 11 has ten bits for the length of a field, in groups of five: 639 bytes. */
const MAX_DESCRIPTION_BYTES = 639
/** LND's own limit, 365 days: lnrpc/invoicesrpc/addinvoice.go. */
const MAX_EXPIRY_SECONDS = 31_536_000

type Terms = CreateInvoiceRequest | CreateHoldInvoiceRequest

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** AddInvoice's request, and AddHoldInvoice's but for the hash. Refuses here what LND would read as something else. */
export function toAddInvoiceRequest(request: Terms, privateHints: boolean): object {
  const { amountMsat, description, descriptionHash, expirySeconds } = request
  // LND reads a zero as "the payer chooses"
  if (amountMsat !== undefined && amountMsat <= 0n)
    throw refuse('an invoice over nothing cannot be made', 'Give a positive amount, or none at all.')
  // … and as its own default of a day
  if (!Number.isInteger(expirySeconds) || expirySeconds < 1 || expirySeconds > MAX_EXPIRY_SECONDS)
    throw refuse('an invoice must expire between a second and a year from now', 'Give whole seconds.')
  if (description !== undefined && descriptionHash !== undefined)
    throw refuse('a description and a description hash are both given', 'Give one of them.')
  if (description !== undefined && Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES)
    throw refuse('the description is longer than 639 bytes', 'Shorten it, or use a description hash.')
  return {
    ...(amountMsat === undefined ? {} : { value_msat: String(amountMsat) }),
    ...(description === undefined ? {} : { memo: description }),
    ...(descriptionHash === undefined ? {} : { description_hash: Buffer.from(descriptionHash, 'hex') }),
    expiry: String(expirySeconds),
    private: privateHints,
  }
}

/** The new invoice, from what was asked for and LND's short answer: no second call, no full decode. */
export function toCreatedInvoice(request: Terms, paymentHash: PaymentHash, invoice: string): Invoice {
  const createdAt = timestampOf(invoice)
  return {
    invoice,
    paymentHash,
    status: 'open',
    ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
    ...(request.description ? { description: cleanText(request.description) } : {}),
    ...(request.descriptionHash === undefined ? {} : { descriptionHash: request.descriptionHash }),
    createdAt,
    expiresAt: createdAt + request.expirySeconds,
  }
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** The first 35 bits after the prefix (BOLT 11). */
function timestampOf(invoice: string): number {
  const start = invoice.lastIndexOf('1') + 1
  let seconds = 0
  for (const character of invoice.slice(start, start + 7)) {
    const value = BECH32.indexOf(character)
    if (start === 0 || value === -1) throw unreadable('an invoice is not bech32')
    seconds = seconds * 32 + value
  }
  return seconds
}
