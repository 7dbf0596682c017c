import { randomUUID } from 'node:crypto'
import {
  type CreateInvoiceRequest,
  cleanText,
  type Invoice,
  LightningError,
  preimage,
} from '@lightning-mcp/core'
import type { RawCreatedInvoice } from './schemas.ts'
import { timestampOf, toHash, unreadable } from './to-core.ts'
import type { Params } from './transport.ts'

/** BOLT 11 has ten bits for the length of a field, in groups of five: 639 bytes. */
const MAX_DESCRIPTION_BYTES = 639
/** What other backends take at most, too. */
const MAX_EXPIRY_SECONDS = 31_536_000

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** The parameters of `invoice`. Refuses here what Core Lightning would refuse in fewer words. */
export function toInvoiceParams(request: CreateInvoiceRequest): Params {
  const { amountMsat, description = '', descriptionHash, expirySeconds, privateHints } = request
  if (descriptionHash !== undefined)
    throw new LightningError({
      code: 'unsupported',
      message: 'Core Lightning hashes a description itself and takes no ready hash',
      hint: 'Give the description.',
    })
  if (amountMsat !== undefined && amountMsat <= 0n)
    throw refuse('an invoice over nothing cannot be made', 'Give a positive amount, or none at all.')
  if (!Number.isInteger(expirySeconds) || expirySeconds < 1 || expirySeconds > MAX_EXPIRY_SECONDS)
    throw refuse('an invoice must expire between a second and a year from now', 'Give whole seconds.')
  if (Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES)
    throw refuse('the description is longer than 639 bytes', 'Shorten it.')
  return {
    amount_msat: amountMsat ?? 'any',
    // required, unique, and seen by nobody but the owner of the node
    label: `lightning-mcp-${randomUUID()}`,
    description,
    expiry: expirySeconds,
    preimage: request.preimage === undefined ? undefined : preimage(request.preimage),
    exposeprivatechannels: privateHints,
  }
}

/** The new invoice, from what was asked for and the short answer: no second call, no full decode. */
export function toCreatedInvoice(request: CreateInvoiceRequest, raw: RawCreatedInvoice): Invoice {
  if (typeof raw.bolt11 !== 'string') throw unreadable('a new invoice has no text')
  const warnings = Object.entries(raw)
    .filter(([name]) => name.startsWith('warning_'))
    .map(([, text]) => ({ code: 'other' as const, message: cleanText(String(text), 200) }))
  const createdAt = timestampOf(raw.bolt11)
  return {
    invoice: raw.bolt11,
    paymentHash: toHash(raw.payment_hash),
    status: 'open',
    ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
    ...(request.description ? { description: cleanText(request.description) } : {}),
    createdAt,
    expiresAt: createdAt + request.expirySeconds,
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}
