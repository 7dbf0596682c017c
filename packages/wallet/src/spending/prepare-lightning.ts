import { randomBytes } from 'node:crypto'
import { cleanText, LightningError, type Preimage, supports } from '@lightning-mcp/core'
import { hashOf } from '../dispatch/keysend.ts'
import type { FeeFacts } from '../limits.ts'
import { assertNetwork, type Context, type Draft, signalOf } from './draft-spend.ts'
import { offerDestination } from './read-offer.ts'
import type { AskedSpend, SpendOrder } from './read-spend.ts'
import type { KeysendDetails, OfferDetails } from './spend-plan.ts'

/** What the backend says about the fee of a payment over Lightning. */
async function lightningFees({ amountMsat }: AskedSpend, context: Context): Promise<FeeFacts> {
  const { backend, profile } = context
  const { feeLimit } = profile
  const worstFeeMsat =
    feeLimit === 'reserve-only'
      ? await backend.estimateWorstFee?.({ amountMsat, ...signalOf(context) })
      : undefined
  return { feeLimit, ...(worstFeeMsat === undefined ? {} : { worstFeeMsat }) }
}

export async function prepareOffer(
  { offer }: Extract<SpendOrder, { kind: 'offer' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  assertNetwork(offer, context.profile, 'offer')
  const { issuerId, description, amountMsat, expiresAt } = offer
  if (expiresAt !== undefined && expiresAt * 1000 <= context.nowMs)
    throw new LightningError({
      code: 'invoice_expired',
      message: 'the offer has expired',
      hint: 'Ask the recipient for a fresh offer.',
    })
  const fetches = supports(context.profile.capabilities, 'offers.fetchInvoice')
  const before = fetches
    ? undefined
    : ((await context.backend.offers?.listPayments?.({ offer: offer.offer, ...signalOf(context) })) ?? [])
  const details: OfferDetails = {
    offer: offer.offer,
    hasAmount: amountMsat !== undefined,
    ...(before === undefined ? {} : { known: before.map(({ paymentHash }) => paymentHash) }),
  }
  return {
    destination: offerDestination(offer),
    plan: {
      ...(issuerId === undefined ? {} : { payee: issuerId }),
      ...(description === undefined ? {} : { description: cleanText(description) }),
      ...(fetches ? { mints: true as const } : {}),
      details: { ...details },
    },
    fees: await lightningFees(asked, context),
  }
}

export async function prepareKeysend(
  { payee }: Extract<SpendOrder, { kind: 'keysend' }>,
  asked: AskedSpend,
  context: Context,
): Promise<Draft> {
  const { profile } = context
  const fees = await lightningFees(asked, context)
  if (profile.keysendChoosesPreimage === true) {
    const details: KeysendDetails = profile.keepsPaymentLabels === true ? { labelled: true } : {}
    return { destination: payee, plan: { payee, details: { ...details } }, fees }
  }
  const preimage = randomBytes(32).toString('hex') as Preimage
  return {
    destination: payee,
    plan: { payee, paymentHash: hashOf(preimage), details: { preimage } },
    fees,
  }
}
