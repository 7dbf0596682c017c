import { type DecodedOffer, decodeOffer } from '@lightning-mcp/codec'
import type { Form } from '../wire/form.ts'
import { malformed, Refusal } from '../wire/refusal.ts'

/** The offer of a request; `getsentinfo` takes one, too. */
export function readOffer(form: Form): DecodedOffer {
  try {
    return decodeOffer(form.need('offer'))
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw malformed('offer', 'invalid offer')
  }
}
