import { refusal } from '../refusal.ts'
import { readBolt12Text, refusedWithReason, tidyBolt12Text } from './bolt12-text.ts'
import { isRequestField, type RequestFields, readRequestFields } from './request-fields.ts'
import { checkSignature } from './signature.ts'
import { readTlvStream } from './tlv-stream.ts'

/** A BOLT 12 request for an invoice, read and signature-checked offline. Texts are untrusted. */
export interface DecodedInvoiceRequest extends RequestFields {
  /** Lower case, joined. */
  invoiceRequest: string
}

/** Reads `lnr1…` and checks its signature. Throws `invalid_request`. */
export function decodeInvoiceRequest(text: string): DecodedInvoiceRequest {
  const tidy = tidyBolt12Text(text, 'lnr')
  return refusedWithReason(
    () => {
      const { canonical, bytes } = readBolt12Text(tidy, 'lnr')
      const records = readTlvStream(bytes)
      if (!records.every((record) => isRequestField(record) || record.type === 240n))
        throw new Error('it contains a field that no request has')
      const fields = readRequestFields(records.filter(isRequestField))
      checkSignature('invoice_request', records, fields.payerId)
      return { invoiceRequest: canonical, ...fields }
    },
    (reason) =>
      refusal(
        'invalid_request',
        `This is not a valid BOLT 12 invoice request: ${reason}.`,
        'Ask the payer for a fresh request.',
      ),
  )
}
