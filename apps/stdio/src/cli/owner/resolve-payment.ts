import type { Answer, CommandContext } from './command.ts'
import { usageError } from './usage-error.ts'
import { oneOf } from './words.ts'

/** Ends a payment of which nobody else can tell what became of it. */
export async function resolvePayment(
  { ledger, values, key, publicKey }: CommandContext,
  paymentId: string,
): Promise<Answer> {
  const command = 'owner payments resolve'
  const outcome = oneOf(values['as'], 'as', ['settled', 'failed'])
  const { evidence, txid } = values
  if (outcome === undefined)
    throw usageError(command, 'needs --as.', 'Say --as settled or --as failed, as you found it to be.')
  if (typeof evidence !== 'string')
    throw usageError(command, 'needs --evidence.', 'Say in a few words where you looked.')
  const { resolveByOwner, signDocument } = await import('@lightning-mcp/wallet')
  const { store } = await ledger()
  const owner = (await publicKey()) === undefined ? undefined : await key()
  const resolved = await resolveByOwner(store, {
    paymentId,
    outcome,
    evidence,
    ...(typeof txid === 'string' ? { txId: txid } : {}),
    ...(owner === undefined
      ? {}
      : { sign: (document) => signDocument('payment-resolution', document, owner) }),
  })
  return {
    data: { ok: true, paymentId: resolved.paymentId, state: resolved.state },
    text:
      outcome === 'settled'
        ? `Payment ${resolved.paymentId} is booked as made, with its largest fee.\n`
        : `Payment ${resolved.paymentId} is booked as failed; what was held for it is free.\n`,
  }
}
