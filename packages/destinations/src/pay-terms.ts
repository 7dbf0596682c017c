import { cleanText, type DestinationTerms, MAX_MSAT, type Msat } from '@lightning-mcp/core'
import type { JsonObject } from './json-client.ts'
import { badReply, quoted, refusal } from './refusals.ts'
import { readCallback } from './request-url.ts'

/** The first reply of LUD-06, checked. */
export interface PayTerms {
  terms: DestinationTerms
  callback: URL
  /** As sent: its hash may be in the invoice. */
  metadata: string
}

const MAX_COMMENT_LENGTH = 2000
const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER)

/** Reads the first reply. Throws `protocol_error`, or `unsupported` for an LNURL of another purpose. */
export function readPayTerms(reply: JsonObject, domain: string, allowLoopbackHttp: boolean): PayTerms {
  if (reply['tag'] !== 'payRequest') throw otherPurpose(reply['tag'], domain)
  refuseMandatoryPayerData(reply['payerData'], domain)
  const minMsat = readLimit(reply['minSendable'])
  const maxMsat = readLimit(reply['maxSendable'])
  if (minMsat === undefined || maxMsat === undefined || minMsat > maxMsat)
    throw badReply(domain, 'gave no usable range of amounts')
  const metadata = reply['metadata']
  if (typeof metadata !== 'string') throw badReply(domain, 'gave no description')
  return {
    terms: {
      domain,
      minMsat,
      maxMsat,
      commentAllowed: readCommentAllowed(reply['commentAllowed']),
      description: cleanText(readDescription(metadata, domain)),
    },
    callback: readCallback(reply['callback'], domain, allowLoopbackHttp),
    metadata,
  }
}

/** Whole millisatoshi from 1 up. Above what a JSON number holds exactly, the last exact one stands in for it. */
function readLimit(value: unknown): Msat | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) return undefined
  const exact = Number.isSafeInteger(value) ? BigInt(value) : LARGEST_EXACT
  return (exact > MAX_MSAT ? MAX_MSAT : exact) as Msat
}

const readCommentAllowed = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, MAX_COMMENT_LENGTH) : 0

/** LUD-06: a JSON array of pairs, one of which is `text/plain`. */
function readDescription(metadata: string, domain: string): string {
  let entries: unknown
  try {
    entries = JSON.parse(metadata)
  } catch {
    throw badReply(domain, 'gave a description that is not JSON')
  }
  const plain = Array.isArray(entries)
    ? entries.find((entry) => Array.isArray(entry) && entry[0] === 'text/plain')
    : undefined
  if (typeof plain?.[1] !== 'string') throw badReply(domain, 'gave no description')
  return plain[1]
}

/** LUD-18: data about the payer is never given away, so a service that insists on some cannot be paid. */
function refuseMandatoryPayerData(payerData: unknown, domain: string): void {
  if (typeof payerData !== 'object' || payerData === null) return
  const mandatory = Object.entries(payerData).find(
    ([, field]) => typeof field === 'object' && field !== null && (field as JsonObject)['mandatory'] === true,
  )
  if (mandatory !== undefined)
    throw refusal({
      code: 'unsupported',
      message: `${domain} demands data about the payer, which this wallet does not give: ${quoted(mandatory[0], 30)}.`,
      hint: 'Ask the recipient for a BOLT 11 invoice.',
    })
}

const otherPurpose = (tag: unknown, domain: string) =>
  typeof tag === 'string'
    ? refusal({
        code: 'unsupported',
        message: `${domain} offers ${quoted(tag, 30)} at this address, not a payment.`,
        hint: 'Ask the recipient for an LNURL to pay.',
      })
    : badReply(domain, 'is not an LNURL service at this address')
