import { cleanText, type ErrorCode, LightningError, type Retry } from '@lightning-mcp/core'

const MAX_REASON_LENGTH = 200

interface Refusal {
  code: ErrorCode
  message: string
  hint: string
  retry?: Retry
  /** The service's own words. */
  reason?: string
  /** The network's own error code. */
  reasonCode?: string
  /** Never what a service sent. */
  cause?: LightningError
}

/** Everything here happens before anything is paid, so every refusal says `sent: 'no'`. */
export function refusal({
  code,
  message,
  hint,
  retry = 'never',
  reason,
  reasonCode,
  cause,
}: Refusal): LightningError {
  const backend = {
    ...(reason === undefined ? {} : { message: cleanReason(reason) }),
    ...(reasonCode === undefined ? {} : { code: reasonCode }),
  }
  return new LightningError({
    code,
    message,
    hint,
    retry,
    sent: 'no',
    ...(reason === undefined && reasonCode === undefined ? {} : { backend }),
    ...(cause === undefined ? {} : { cause }),
  })
}

export const cleanReason = (reason: string): string => cleanText(reason, MAX_REASON_LENGTH)

/** A service's words inside a message: labelled, and unable to end their own quotation. */
export const quoted = (words: string, maxLength = MAX_REASON_LENGTH): string =>
  `(untrusted text) ${JSON.stringify(cleanText(words, maxLength))}`

/** The service does not keep to the LNURL documents; trying again soon will hardly help. */
export const badReply = (domain: string, what: string): LightningError =>
  refusal({
    code: 'protocol_error',
    message: `${domain} ${what}; nothing was paid.`,
    hint: 'Ask the recipient for a BOLT 11 invoice or for another address.',
  })

export const privateAddress = (host: string): LightningError =>
  refusal({
    code: 'invalid_request',
    message: `${host} is not an address on the public internet, so it is not asked.`,
    hint: 'Check the address of the recipient.',
  })
