import { cleanText, type DestinationResolver, LightningError, sameNetwork } from '@lightning-mcp/core'
import { amountText } from './amount-text.ts'
import type { Connection } from './backend/connection.ts'
import type { Clock } from './clock.ts'
import type { Target } from './intents/target.ts'
import type { PaymentPreview, PaymentRequest } from './wallet.ts'

/** A preview that is being put together. */
export type Draft = { -readonly [K in keyof PaymentPreview]?: PaymentPreview[K] }

/** Fills in what can be told without the node. Answers why it can never be paid as asked. */
export async function describeTarget(
  target: Target,
  { amountMsat: givenMsat, signal }: PaymentRequest,
  { resolver, clock, connection }: { resolver?: DestinationResolver; clock: Clock; connection: Connection },
  draft: Draft,
): Promise<LightningError | undefined> {
  const amountMsat = target.ownAmountMsat ?? givenMsat
  if (target.kind === 'minted') {
    draft.kind = target.form
    const network = await networkOf(connection, signal)
    if (network !== undefined) draft.network = network
    if (resolver === undefined)
      return new LightningError({
        code: 'unsupported',
        message: 'this wallet cannot ask an address or LNURL for an invoice',
      })
    const terms = await resolver.describe({
      destination: target.destination,
      ...(signal === undefined ? {} : { signal }),
    })
    Object.assign(draft, {
      description: cleanText(terms.description),
      minMsat: terms.minMsat,
      maxMsat: terms.maxMsat,
      commentAllowed: terms.commentAllowed,
    })
    if (amountMsat === undefined) return required()
    draft.amountMsat = amountMsat
    if (amountMsat >= terms.minMsat && amountMsat <= terms.maxMsat) return undefined
    return new LightningError({
      code: 'invalid_request',
      message: `the recipient takes ${amountText(terms.minMsat)} to ${amountText(terms.maxMsat)}`,
    })
  }
  const { decoded } = target
  draft.kind = 'bolt11'
  draft.payee = decoded.payee
  draft.paymentHash = decoded.paymentHash
  draft.expiresAt = decoded.expiresAt
  draft.network = decoded.network
  if (decoded.description !== undefined) draft.description = cleanText(decoded.description)
  if (amountMsat !== undefined) draft.amountMsat = amountMsat
  const network = await networkOf(connection, signal)
  if (network !== undefined && !sameNetwork(decoded.network, network))
    return new LightningError({
      code: 'wrong_network',
      message: `the invoice is for ${decoded.network}, this wallet is on ${network}`,
    })
  if (clock.now() >= decoded.expiresAt * 1000)
    return new LightningError({ code: 'invoice_expired', message: 'the invoice has expired' })
  if (target.ownAmountMsat !== undefined && givenMsat !== undefined)
    return new LightningError({
      code: 'amount_not_allowed',
      message: 'the invoice has its own amount, so none may be given',
    })
  return amountMsat === undefined ? required() : undefined
}

const networkOf = async (connection: Connection, signal: AbortSignal | undefined) =>
  (connection.identity ?? (await connection.ready(signal).catch(() => undefined))?.identity)?.network

const required = (): LightningError =>
  new LightningError({ code: 'amount_required', message: 'the payer has to choose an amount' })
