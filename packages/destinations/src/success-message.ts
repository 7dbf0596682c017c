import { cleanText } from '@lightning-mcp/core'
import type { JsonObject } from './json-client.ts'

/** LUD-09. */
const MAX_MESSAGE_LENGTH = 144

/** The text of a success action, cleaned. Encrypted ones (LUD-10) need the preimage and are left out. */
export function readSuccessMessage(action: unknown, callback: URL): string | undefined {
  if (typeof action !== 'object' || action === null) return undefined
  const { tag, message, description, url } = action as JsonObject
  if (tag === 'message' && typeof message === 'string') return cleaned(message)
  if (tag !== 'url') return undefined
  const text = typeof description === 'string' ? description : ''
  return cleaned(text, ownLink(url, callback))
}

function cleaned(text: string, link?: string): string | undefined {
  const message = [cleanText(text, MAX_MESSAGE_LENGTH), ...(link === undefined ? [] : [link])]
    .join(' ')
    .trim()
  return message === '' ? undefined : message
}

/** LUD-09: the link must lie on the callback's own domain; any other is dropped. */
function ownLink(url: unknown, callback: URL): string | undefined {
  if (typeof url !== 'string' || url.length > 512 || !URL.canParse(url)) return undefined
  const link = new URL(url)
  return link.protocol === callback.protocol && link.host === callback.host && link.username === ''
    ? link.href
    : undefined
}
