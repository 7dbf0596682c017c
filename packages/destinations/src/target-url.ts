import { type LnurlAction, parseDestination } from '@lightning-mcp/codec'
import { refusal } from './refusals.ts'

/** Where the terms of a destination are asked for. */
export interface Target {
  url: URL
  domain: string
}

const OTHER_PURPOSE: Partial<Record<LnurlAction, string>> = {
  withdraw: 'for withdrawing',
  channel: 'for opening a channel',
  auth: 'for logging in',
}

/** From a Lightning address, an LNURL, or a `bitcoin:` URI that holds one. */
export function readTarget(destination: string, allowLoopbackHttp: boolean): Target {
  const parsed = parseDestination(destination, { allowLoopbackHttp })
  if (parsed.kind === 'lightning-address') return { url: new URL(parsed.url), domain: parsed.domain }
  const lnurl = parsed.kind === 'bip21' ? parsed.lnurl : parsed.kind === 'lnurl' ? parsed : undefined
  if (lnurl === undefined)
    throw refusal({
      code: 'unsupported',
      message: `A destination of kind ${parsed.kind} is not resolved over the network.`,
      hint: 'Give a Lightning address (name@domain) or an LNURL.',
    })
  const purpose = OTHER_PURPOSE[lnurl.action]
  if (purpose !== undefined)
    throw refusal({
      code: 'unsupported',
      message: `This LNURL is ${purpose}, not for paying.`,
      hint: 'Ask the recipient for an LNURL to pay.',
    })
  return { url: new URL(lnurl.url), domain: lnurl.domain }
}
