import * as z from 'zod'

/** 21 million BTC. */
const MAX_SATS = 2_100_000_000_000_000

/** Longer than any invoice, offer or LNURL in use. */
const MAX_DESTINATION = 7_089
/** What field `d` of a BOLT 11 invoice holds, in bytes. */
const MAX_MEMO_BYTES = 639

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

const line = (maxLength: number, description: string) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.length > maxLength || !CONTROL.test(text), {
      error: 'must be one line without control characters',
    })
    .describe(description)

const sats = (minimum: number, description: string) =>
  z.int().min(minimum).max(MAX_SATS).describe(description)

export const amountSats = (description: string) => sats(1, description)

export const maxFeeSats = sats(0, 'Largest routing fee in sats').optional()

export const invoice = line(MAX_DESTINATION, 'BOLT11 invoice')

export const maxTotalFeeSats = sats(0, 'Largest fee in sats').optional()

export const destination = line(MAX_DESTINATION, 'BOLT11 invoice, Lightning address or LNURL')

export const lightningAddress = line(320, 'name@domain')

export const comment = line(1_000, 'For the recipient')

/** Own text. `maxBytes` because an invoice counts bytes, not characters. */
export const memo = (description: string) =>
  line(MAX_MEMO_BYTES, description).refine((text) => Buffer.byteLength(text) <= MAX_MEMO_BYTES, {
    error: `must be at most ${MAX_MEMO_BYTES} bytes`,
  })

export const expirySeconds = z.int().min(1).max(31_536_000).describe('Default 3600')

export const idempotencyKey = line(128, 'Reuse the same key on a retry; leave it out if unsure')

export const budget = line(64, 'Budget of get_budget to charge')

const PAYMENT_ID = /^pay_[0-9a-zA-Z]{8,40}$/
const APPROVAL_ID = /^apr_[0-9a-zA-Z]{26}$/
const HASH = /^[0-9a-fA-F]{64}$/

// the patterns are checked but not published: they would cost more bytes than they tell
export const paymentId = z
  .string()
  .max(64)
  .refine((text) => PAYMENT_ID.test(text), { error: 'must be a payment_id (pay_…) of an earlier result' })

export const approvalId = z
  .string()
  .max(64)
  .refine((text) => APPROVAL_ID.test(text), { error: 'must be an approval_id (apr_…) of an earlier result' })

/** Judged by the wallet, whose error says how to get another. */
export const quoteId = line(64, 'Binds to what preview_payment said')

export const spendQuoteId = line(64, 'Binds to what preview said')

export const paymentHash = z
  .string()
  .max(64)
  .refine((text) => HASH.test(text), { error: 'must be 64 hexadecimal characters' })

export const waitSeconds = z.int().min(0).max(60).describe('Default 25')

export const limit = (fallback: number) => z.int().min(1).max(100).describe(`Default ${fallback}`)

export const cursor = line(1_024, 'next_cursor of the page before')

export const channelId = line(128, 'As list_channels shows it; long id and funding outpoint work too')

export const channelIdOrAll = line(128, 'As list_channels shows it, or all')

export const peer = line(400, 'id@host:port, or the id of a connected peer')

export const nodeId = line(66, 'Node id')

export const nodeAddress = line(400, 'id@host:port')

export const bitcoinAddress = line(100, 'Bitcoin address')

export const satPerVbyte = z
  .int()
  .min(1)
  .max(10_000)
  .describe('On-chain fee rate; default: for about six blocks')
  .optional()

/** An exact amount below what a sat can tell. */
export const msats = (description: string) => z.int().min(0).max(MAX_SATS).describe(description)

export const time = line(40, 'ISO 8601').refine((text) => !Number.isNaN(Date.parse(text)), {
  error: 'must be a time like 2026-11-23T08:00:00Z',
})

export const routeDestination = line(MAX_DESTINATION, 'BOLT11 invoice or node id')

export const message = line(1_000, 'One line of text')

export const signature = line(200, 'zbase32, as sign_message answers it')

export const offerExpirySeconds = z.int().min(1).max(315_360_000).describe('Default: never')

export const anyDestination = line(
  MAX_DESTINATION,
  'BOLT11 invoice, BOLT12 offer, Lightning address, LNURL or bitcoin: URI',
)

export const preimage = z
  .string()
  .max(64)
  .refine((text) => HASH.test(text), { error: 'must be 64 hexadecimal characters' })
  .describe('Only where the wallet does not keep it')
