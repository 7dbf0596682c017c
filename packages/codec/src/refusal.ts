import { type ErrorCode, LightningError } from '@lightning-mcp/core'

/** Longer input is refused before any work is done on it; the longest invoice that fits a QR code has 7,089 characters. */
export const MAX_INPUT_LENGTH = 8192

/** The refusal of a text. Never carries the text itself: people paste secrets by mistake. */
export function refusal(code: ErrorCode, message: string, hint: string): LightningError {
  return new LightningError({ code, message, hint })
}

export const invalidInvoice = (reason: string, hint = 'Ask the payee for a fresh invoice.'): LightningError =>
  refusal('invalid_invoice', `This is not a valid BOLT 11 invoice: ${reason}.`, hint)

/** Runs a library's parser and turns whatever it throws into the given refusal. */
export function guarded<T>(parse: () => T, onFailure: () => LightningError): T {
  try {
    return parse()
  } catch (error) {
    throw LightningError.is(error) ? error : onFailure()
  }
}

/** The text without surrounding blanks. Throws before any work when it is no text, empty or far too long. */
export function tidyInput(text: string, what: string, code: ErrorCode = 'invalid_request'): string {
  if (typeof text !== 'string')
    throw refusal(code, `The ${what} is not a text.`, `Give the ${what} as a text.`)
  if (text.length > MAX_INPUT_LENGTH)
    throw refusal(
      code,
      `The ${what} has ${text.length} characters; none has more than ${MAX_INPUT_LENGTH}.`,
      `Give only the ${what} itself.`,
    )
  const tidy = text.trim()
  if (tidy === '') throw refusal(code, `The ${what} is empty.`, `Give the ${what} as it was handed to you.`)
  return tidy
}
