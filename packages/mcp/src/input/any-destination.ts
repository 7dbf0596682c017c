import { LightningError, type Msat } from '@lightning-mcp/core'

/** What `pay` can pay. The offer is the one thing that the wallet takes apart from the rest. */
export type AnyDestination =
  | { kind: 'payment'; destination: string }
  | { kind: 'offer'; offer: string; ownAmountMsat?: Msat; uriAmountMsat?: Msat }

const elsewhere = (what: string, hint: string): LightningError =>
  new LightningError({ code: 'invalid_request', message: `${what} cannot be paid with pay.`, hint })

const ON_CHAIN = 'To pay it on-chain, use send_onchain with this address and amount_sats.'

/** Tells what a text is that is to be paid over Lightning; of a payment URI the Lightning part is taken. */
export async function anyDestination(text: string, canPayOffers: boolean): Promise<AnyDestination> {
  const { parseDestination } = await import('@lightning-mcp/codec')
  const found = parseDestination(text)
  switch (found.kind) {
    case 'node-id':
    case 'node-uri':
      throw elsewhere('A node id', 'Use pay_keysend with this node id and amount_sats.')
    case 'bitcoin-address':
      throw elsewhere('A bitcoin address', ON_CHAIN)
    case 'bolt12-offer':
      return offerOf(found.offer)
    case 'bip21': {
      const { offer, amountMsat } = found
      if (found.invoice !== undefined) return { kind: 'payment', destination: text }
      if (offer !== undefined && (canPayOffers || found.lnurl === undefined))
        return { ...offerOf(offer), ...(amountMsat === undefined ? {} : { uriAmountMsat: amountMsat }) }
      if (found.lnurl !== undefined) return { kind: 'payment', destination: text }
      throw elsewhere('A bitcoin: URI without a Lightning part', ON_CHAIN)
    }
    default:
      return { kind: 'payment', destination: text }
  }
}

const offerOf = ({
  offer,
  amountMsat,
}: {
  offer: string
  amountMsat?: Msat
}): AnyDestination & { kind: 'offer' } => ({
  kind: 'offer',
  offer,
  ...(amountMsat === undefined ? {} : { ownAmountMsat: amountMsat }),
})

/** How much an offer is to be paid, where the payment URI around it has something to say; the rest is the wallet's to judge. */
export function offerAmount(
  { ownAmountMsat, uriAmountMsat }: AnyDestination & { kind: 'offer' },
  givenMsat: Msat | undefined,
): Msat | undefined {
  if (uriAmountMsat === undefined) return givenMsat
  if (givenMsat !== undefined)
    throw new LightningError({
      code: 'amount_not_allowed',
      message: 'The destination has its own amount.',
      hint: 'Leave amount_sats out.',
    })
  if (ownAmountMsat === undefined) return uriAmountMsat
  if (ownAmountMsat === uriAmountMsat) return undefined
  throw new LightningError({
    code: 'invalid_request',
    message: 'The payment URI asks for another amount than its offer.',
    hint: 'Ask the recipient for another one.',
  })
}
