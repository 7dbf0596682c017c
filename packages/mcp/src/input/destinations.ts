import { LightningError } from '@lightning-mcp/core'

// to the end: `lnbc1@example.com` is an address, and `bitcoin:?lightning=…&label=a@b` pays an invoice
const BOLT11 = /^(?:lightning:)?ln(?:bcrt|bc|tbs|tb|sb)[0-9]*[munp]?1[0-9a-z]*$/i
const ADDRESS = /^(?:lightning:)?[^\s@/:?]+@[^\s@/?]+$/i

/** The text if it can be an invoice at all, so that an invoice tool never pays something else. */
export function invoiceText(text: string): string {
  const trimmed = text.trim()
  if (BOLT11.test(trimmed)) return trimmed
  throw new LightningError({
    code: 'invalid_invoice',
    message: 'This is not a BOLT11 invoice.',
    hint: ADDRESS.test(trimmed)
      ? 'It looks like a Lightning address: use pay_lightning_address.'
      : 'A BOLT11 invoice starts with lnbc, lntb, lntbs or lnbcrt. Ask the recipient for one.',
  })
}

/** The text if it can be a Lightning address at all. */
export function addressText(text: string): string {
  const trimmed = text.trim()
  if (ADDRESS.test(trimmed)) return trimmed
  throw new LightningError({
    code: 'invalid_request',
    message: 'This is not a Lightning address.',
    hint: BOLT11.test(trimmed)
      ? 'It looks like an invoice: use pay_invoice.'
      : 'A Lightning address looks like name@domain.',
  })
}
