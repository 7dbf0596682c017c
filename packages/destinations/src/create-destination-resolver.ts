import type { DestinationResolver, MintedInvoice, Msat, ResolveDestinationRequest } from '@lightning-mcp/core'
import { checkInvoice } from './check-invoice.ts'
import { createJsonClient } from './json-client.ts'
import { type PayTerms, readPayTerms } from './pay-terms.ts'
import { badReply, refusal } from './refusals.ts'
import type { DestinationResolverOptions } from './resolver-options.ts'
import { readSuccessMessage } from './success-message.ts'
import { readTarget } from './target-url.ts'

/** Resolves Lightning addresses and LNURL-pay: LUD-01, 06, 09, 12, 16, 17. Never pays. */
export function createDestinationResolver(options: DestinationResolverOptions = {}): DestinationResolver {
  const { allowPrivateAddresses = false, nowSeconds = () => Math.floor(Date.now() / 1000) } = options
  const client = createJsonClient(options)

  async function ask(destination: string, signal: AbortSignal | undefined): Promise<PayTerms> {
    const { url, domain } = readTarget(destination, allowPrivateAddresses)
    return readPayTerms(await client.get(url, signal), domain, allowPrivateAddresses)
  }

  async function mint(request: ResolveDestinationRequest): Promise<MintedInvoice> {
    const { destination, amountMsat, comment = '', signal, network = options.network } = request
    const { terms, callback, metadata } = await ask(destination, signal)
    checkAmount(amountMsat, terms)
    checkComment(comment, terms)
    const reply = await client.get(withQuery(callback, amountMsat, comment), signal)
    const invoice = reply['pr']
    if (typeof invoice !== 'string') throw badReply(terms.domain, 'gave no invoice')
    const warnings = checkInvoice(invoice, {
      domain: terms.domain,
      amountMsat,
      metadata,
      ...(network === undefined ? {} : { network }),
      nowSeconds: nowSeconds(),
    })
    const successMessage = readSuccessMessage(reply['successAction'], callback)
    return { ...terms, invoice, warnings, ...(successMessage === undefined ? {} : { successMessage }) }
  }

  return {
    describe: async ({ destination, signal }) => (await ask(destination, signal)).terms,
    mint,
  }
}

function checkAmount(amountMsat: Msat, { domain, minMsat, maxMsat }: PayTerms['terms']): void {
  if (typeof amountMsat === 'bigint' && amountMsat >= minMsat && amountMsat <= maxMsat) return
  throw refusal({
    code: 'invalid_request',
    message: `${domain} takes from ${minMsat} to ${maxMsat} msat, not ${amountMsat} msat.`,
    hint: 'Choose an amount in that range.',
  })
}

/** LUD-12. Counted in UTF-16 units, the most that any service would count. */
function checkComment(comment: string, { domain, commentAllowed }: PayTerms['terms']): void {
  if (comment.length <= commentAllowed) return
  throw refusal({
    code: 'invalid_request',
    message:
      commentAllowed === 0
        ? `${domain} takes no comment.`
        : `The comment has ${comment.length} characters; ${domain} takes at most ${commentAllowed}.`,
    hint: commentAllowed === 0 ? 'Leave the comment out.' : 'Shorten the comment.',
  })
}

/** Replaces what the callback may already carry under our names: two amounts could be read as either. */
function withQuery(callback: URL, amountMsat: Msat, comment: string): URL {
  const url = new URL(callback)
  url.searchParams.set('amount', amountMsat.toString())
  url.searchParams.delete('comment')
  if (comment !== '') url.searchParams.set('comment', comment)
  // a blank as `+` is for forms; not every service reads it as a blank
  url.search = url.searchParams.toString().replaceAll('+', '%20')
  return url
}
