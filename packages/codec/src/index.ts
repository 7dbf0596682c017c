export {
  type AssertPayableContext,
  type AssertPayableRequest,
  assertPayable,
} from './bolt11/assert-payable.ts'
export { decodeInvoice } from './bolt11/decode-invoice.ts'
export { encodeInvoice, type InvoiceFields } from './bolt11/encode-invoice.ts'
