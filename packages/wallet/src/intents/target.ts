import { parseDestination, type UrlOptions } from '@lightning-mcp/codec'
import {
  type ChannelRef,
  cleanText,
  type DecodedInvoice,
  LightningError,
  type Msat,
  msat,
} from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import { paymentId } from '../payment-id.ts'
import { readQuoteId } from '../quotes/quote.ts'
import type { SpendPlan } from '../spending/spend-plan.ts'
import type { SpendKind } from '../spending/spend-request.ts'
import type { PaymentId, PaymentRequest } from '../wallet.ts'
import type { SendOptions } from './intent.ts'
import { readSendOptions } from './send-options.ts'

/** What is to be paid, read from the caller's text. `ownAmountMsat`: the text itself says how much. */
export type Target = { destination: string; ownAmountMsat?: Msat } & (
  | { kind: 'invoice'; decoded: DecodedInvoice }
  | { kind: 'minted'; form: 'lightning-address' | 'lnurl' }
)

/** What is to be spent otherwise than on an invoice. */
export interface SpendTarget {
  kind: SpendKind
  destination: string
  /** Stays the account's own, in a channel. */
  capitalMsat?: Msat
  /** The channel that it changes. */
  channel?: ChannelRef
  /** Of a channel that is opened. */
  private?: boolean
  /** As the caller gave it. */
  feeRateSatPerVbyte?: number
  /** Absent where the backend could not be asked: then only earlier ones can be told. */
  plan?: SpendPlan
}

/** A request in the form in which two of them are compared. */
export interface Asked {
  target: Target | SpendTarget
  amountMsat: Msat
  amountGivenMsat?: Msat
  maxFeeGivenMsat?: Msat
  idempotencyKey?: string
  repeatOf?: PaymentId
  comment?: string
  memo?: string
  budget?: string
  quoteId?: string
  sendOptions?: SendOptions
}

const MAX_KEY_LENGTH = 200
const MAX_COMMENT_LENGTH = 2000

const bad = (message: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message, hint })

/** Not every database can keep the rest, and a key that is kept as another would find another payment. */
export const isKeptAsItIs = (text = ''): boolean => text.isWellFormed() && !text.includes('\0')

/** Throws for what cannot be an idempotency key. */
export function assertKey(idempotencyKey: string | undefined): void {
  if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > MAX_KEY_LENGTH))
    throw bad(`an idempotency key has 1 to ${MAX_KEY_LENGTH} characters`, 'Use a short one, or leave it out.')
  if (!isKeptAsItIs(idempotencyKey))
    throw bad('an idempotency key holds a null character or half a character', 'Leave that character out.')
}

/** Reads a request without any I/O. Throws for what can never be paid. */
export function readRequest(request: PaymentRequest, options: UrlOptions = {}): Asked {
  const { idempotencyKey, comment } = request
  assertKey(idempotencyKey)
  if (!isKeptAsItIs(comment))
    throw bad('a comment holds a null character or half a character', 'Leave that character out.')
  if (comment !== undefined && comment.length > MAX_COMMENT_LENGTH)
    throw bad(`a comment has at most ${MAX_COMMENT_LENGTH} characters`, 'Shorten it.')
  if (request.maxFeeMsat !== undefined) msat(request.maxFeeMsat)
  if (request.amountMsat !== undefined) msat(request.amountMsat)
  const target = readTarget(request.destination, options)
  if (target.kind === 'invoice' && comment !== undefined)
    throw bad(
      'an invoice carries no comment to its recipient',
      'Leave the comment out; a memo is for the payer’s own records.',
    )
  const amountMsat = readAmount(target, request.amountMsat)
  const sendOptions = readSendOptions(request)
  return {
    target,
    amountMsat,
    ...(request.amountMsat === undefined ? {} : { amountGivenMsat: request.amountMsat }),
    ...(request.maxFeeMsat === undefined ? {} : { maxFeeGivenMsat: request.maxFeeMsat }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(request.repeatOf === undefined ? {} : { repeatOf: paymentId(request.repeatOf) }),
    ...(comment === undefined || comment === '' ? {} : { comment }),
    ...(request.memo === undefined ? {} : { memo: cleanText(request.memo) }),
    ...(request.budget === undefined ? {} : { budget: request.budget }),
    ...(request.quoteId === undefined ? {} : { quoteId: readQuoteId(request.quoteId) }),
    ...(sendOptions === undefined ? {} : { sendOptions }),
  }
}

function readAmount(target: Target, given: Msat | undefined): Msat {
  if (given !== undefined && given <= 0n)
    throw bad('the amount to pay must be above zero', 'Give a positive amount.')
  const own = target.ownAmountMsat
  if (own !== undefined) {
    if (given === undefined) return own
    throw new LightningError({
      code: 'amount_not_allowed',
      message: `the ${target.kind === 'invoice' ? 'invoice' : 'destination'} has its own amount of ${amountText(own)}, so none may be given`,
      hint: 'Leave the amount out.',
    })
  }
  if (given !== undefined) return given
  throw new LightningError({
    code: 'amount_required',
    message: 'the destination has no amount of its own, and none was given',
    hint: 'Give the amount to pay.',
  })
}

const WELL_KNOWN = /^https?:\/\/([^/]+)\/\.well-known\/lnurlp\/([a-z0-9._+-]{1,64})$/

/** Tells what a text is that may be paid. Two spellings of one recipient give one `destination`. */
export function readTarget(text: string, options: UrlOptions = {}): Target {
  const found = parseDestination(text, options)
  switch (found.kind) {
    case 'bolt11':
      return invoiceTarget(found.invoice)
    case 'lightning-address':
      return { kind: 'minted', destination: found.canonical, form: 'lightning-address' }
    case 'lnurl':
      return lnurlTarget(found)
    case 'bip21': {
      const own = found.amountMsat === undefined ? {} : { ownAmountMsat: found.amountMsat }
      if (found.invoice !== undefined) return { ...own, ...invoiceTarget(found.invoice) }
      if (found.lnurl !== undefined) return { ...own, ...lnurlTarget(found.lnurl) }
    }
  }
  throw new LightningError({
    code: 'unsupported',
    message: `this wallet cannot pay a ${WORDS[found.kind] ?? found.kind} yet`,
    hint: 'Ask the recipient for a BOLT 11 invoice or a Lightning address.',
  })
}

const WORDS: Readonly<Record<string, string>> = {
  'bolt12-offer': 'BOLT 12 offer',
  bip21: 'bitcoin: URI without a Lightning part',
  bip353: 'BIP 353 name',
  'node-uri': 'node',
  'node-id': 'node',
  'bitcoin-address': 'bitcoin address',
}

const invoiceTarget = (decoded: DecodedInvoice): Target => ({
  kind: 'invoice',
  destination: decoded.invoice,
  decoded,
  ...(decoded.amountMsat === undefined ? {} : { ownAmountMsat: decoded.amountMsat }),
})

function lnurlTarget({ url, action }: { url: string; action: string }): Target {
  if (action !== 'pay' && action !== 'unknown')
    throw new LightningError({
      code: 'unsupported',
      message: `this LNURL is for ${action}, not for paying`,
      hint: 'Ask the recipient for one that takes payments.',
    })
  const [, domain, name] = WELL_KNOWN.exec(url) ?? []
  return domain === undefined
    ? { kind: 'minted', destination: url, form: 'lnurl' }
    : { kind: 'minted', destination: `${name}@${domain}`, form: 'lightning-address' }
}
