import {
  type CreateInvoiceRequest,
  type Invoice,
  LightningError,
  type PaymentHash,
  paymentHash,
  preimage,
} from '@lightning-mcp/core'
import type { EclairClient, Form } from './client.ts'
import { unreadable } from './errors.ts'
import { readInvoice, sha256, toInvoice } from './to-core.ts'

/** BOLT 11 has ten bits for the length of a field, in groups of five: 639 bytes. */
const MAX_DESCRIPTION_BYTES = 639
const MAX_EXPIRY_SECONDS = 31_536_000

const refuse = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** The terms as a form. Refuses here what Eclair would answer with status 500, or read as something else. */
function toForm({ amountMsat, description, descriptionHash, expirySeconds }: CreateInvoiceRequest): Form {
  if (amountMsat !== undefined && (typeof amountMsat !== 'bigint' || amountMsat <= 0n))
    throw refuse('an invoice over nothing cannot be made', 'Give a positive amount, or none at all.')
  if (!Number.isInteger(expirySeconds) || expirySeconds < 1 || expirySeconds > MAX_EXPIRY_SECONDS)
    throw refuse('an invoice must expire between a second and a year from now', 'Give whole seconds.')
  if (description !== undefined && descriptionHash !== undefined)
    throw refuse('a description and a description hash are both given', 'Give one of them.')
  if (description !== undefined && Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES)
    throw refuse('the description is longer than 639 bytes', 'Shorten it, or use a description hash.')
  return {
    ...(descriptionHash === undefined ? { description: description ?? '' } : { descriptionHash }),
    amountMsat,
    expireIn: expirySeconds,
  }
}

/** `createinvoice`. `privateChannelIds`: channels to be written into the invoice as hints. */
export async function createInvoice(
  client: EclairClient,
  request: CreateInvoiceRequest,
  privateChannelIds: readonly string[],
): Promise<Invoice> {
  const form = toForm(request)
  const { signal } = request
  const own = request.preimage === undefined ? undefined : preimage(request.preimage)
  // Eclair answers a preimage that it has seen with half a minute of silence: capture createinvoice-preimage-again
  if (own !== undefined && (await lookupInvoice(client, paymentHash(sha256(own)), signal)) !== undefined)
    throw new LightningError({
      code: 'already_exists',
      message: 'Eclair has an invoice with this preimage already',
      hint: 'Look it up by its payment hash.',
    })
  const answer = await client.call(
    'createinvoice',
    {
      ...form,
      paymentPreimage: own,
      privateChannelIds: privateChannelIds.length === 0 ? undefined : privateChannelIds.join(','),
    },
    { signal },
  )
  const invoice = readInvoice(answer)
  if (invoice.invoice === undefined) throw unreadable('a new invoice has no text')
  if (invoice.amountMsat !== request.amountMsat) throw unreadable('a new invoice is over another amount')
  return { ...invoice, status: 'open' }
}

/** `getreceivedinfo`; an unknown hash is `undefined`. */
export async function lookupInvoice(
  client: EclairClient,
  hash: PaymentHash,
  signal: AbortSignal | undefined,
): Promise<Invoice | undefined> {
  try {
    const invoice = toInvoice(await client.call('getreceivedinfo', { paymentHash: hash }, { signal }), hash)
    if (invoice.paymentHash !== hash) throw unreadable('it is about another invoice')
    return invoice
  } catch (error) {
    if (LightningError.is(error) && error.code === 'not_found') return undefined
    throw error
  }
}
