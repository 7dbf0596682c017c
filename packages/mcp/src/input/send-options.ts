import { LightningError } from '@lightning-mcp/core'
import type { PaymentRequest, Wallet } from '@lightning-mcp/wallet'
import { findChannel } from '../find-channel.ts'
import { channelRef } from './channel.ts'
import { nodeIdFrom } from './node.ts'

interface SendArguments {
  max_parts?: number | undefined
  outgoing_channel?: string | undefined
  last_hop?: string | undefined
}

type SendOptions = Pick<PaymentRequest, 'maxParts' | 'outgoingChannels' | 'lastHop'>

/** How a payment is to be sent, where the caller says more than how much and to whom. */
export async function sendOptions(
  { max_parts: maxParts, outgoing_channel: outgoing, last_hop: lastHop }: SendArguments,
  wallet: Wallet,
  signal: AbortSignal,
): Promise<SendOptions> {
  return {
    ...(maxParts === undefined ? {} : { maxParts }),
    ...(outgoing === undefined ? {} : { outgoingChannels: [await shortIdOf(outgoing, wallet, signal)] }),
    ...(lastHop === undefined ? {} : { lastHop: await nodeIdFrom('last_hop', lastHop) }),
  }
}

/** Payments are sent through channels by their short ids; a channel has more names than that. */
async function shortIdOf(text: string, { node }: Wallet, signal: AbortSignal): Promise<string> {
  const ref = channelRef(text)
  // one that the node does not have it would call empty
  const found = node.channels === undefined ? ref : await findChannel(node.channels, ref, { signal })
  if (found.shortChannelId !== undefined) return found.shortChannelId
  throw new LightningError({
    code: 'invalid_request',
    message: 'outgoing_channel has no short channel id yet.',
    hint: 'Give the short id (563x1x0) of a channel that has confirmed.',
  })
}

/** What can be said of an invoice only. */
export function assertNoSendOptions(args: SendArguments): void {
  const given = (['max_parts', 'outgoing_channel', 'last_hop'] as const).find(
    (name) => args[name] !== undefined,
  )
  if (given === undefined) return
  throw new LightningError({
    code: 'unsupported',
    message: `${given} cannot be chosen for an offer.`,
    hint: `Leave ${given} out.`,
  })
}
