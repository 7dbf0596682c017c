import type { LightningError } from '@lightning-mcp/core'
import { bech32 } from '@scure/base'
import { wordsToBytes } from '../bolt11/tagged-fields.ts'
import { guarded, tidyInput } from '../refusal.ts'

/** `lno`: an offer; `lnr`: a request for an invoice; `lni`: an invoice. */
export type Bolt12Prefix = 'lno' | 'lnr' | 'lni'

/** As refusals call it. */
const NAMES: Readonly<Record<Bolt12Prefix, string>> = {
  lno: 'offer',
  lnr: 'invoice request',
  lni: 'invoice',
}

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** A `+`, with blanks behind it, may join two parts anywhere. */
const JOINED = /^[0-9a-z]+(?:\+\s*[0-9a-z]+)*$/i

/**
 * The canonical spelling (lower case, joined) and the bytes of a BOLT 12 text, which has no checksum.
 * Throws a plain `Error` that says what is wrong with it.
 */
export function readBolt12Text(text: string, prefix: Bolt12Prefix): { canonical: string; bytes: Buffer } {
  const canonical = joinParts(text, prefix)
  const words = Array.from(canonical.slice(prefix.length + 1), (character) => ALPHABET.indexOf(character))
  if (words.includes(-1)) throw new Error(`it contains characters that no ${NAMES[prefix]} has`)
  const padding = (words.length * 5) % 8
  if (padding >= 5 || ((words.at(-1) ?? 0) & ((1 << padding) - 1)) !== 0)
    throw new Error('its end is cut off')
  return { canonical, bytes: wordsToBytes(words) }
}

export const writeBolt12Text = (prefix: Bolt12Prefix, bytes: Uint8Array): string =>
  `${prefix}1${Array.from(bech32.toWords(bytes), (word) => ALPHABET[word]).join('')}`

/** Without blanks around it and without `lightning:`. Throws a refusal when it is no text, empty or far too long. */
export const tidyBolt12Text = (text: string, prefix: Bolt12Prefix): string =>
  tidyInput(text, NAMES[prefix], prefix === 'lni' ? 'invalid_invoice' : 'invalid_request').replace(
    /^lightning:(?:\/\/)?/i,
    '',
  )

function joinParts(text: string, prefix: Bolt12Prefix): string {
  if (!JOINED.test(text)) throw new Error(`it contains characters that no ${NAMES[prefix]} has`)
  const joined = text.replace(/\+\s*/g, '')
  const lower = joined.toLowerCase()
  if (joined !== lower && joined !== joined.toUpperCase()) throw new Error('it mixes upper and lower case')
  if (!lower.startsWith(`${prefix}1`)) throw new Error(`it does not start with ${prefix}1`)
  return lower
}

/** Runs a reader of this folder and turns the plain `Error` in which it says what is wrong into a refusal. */
export const refusedWithReason = <T>(read: () => T, refuse: (reason: string) => LightningError): T =>
  guarded(
    () => {
      try {
        return read()
      } catch (error) {
        throw error instanceof Error && error.constructor === Error ? refuse(error.message) : error
      }
    },
    () => refuse('it cannot be read'),
  )
