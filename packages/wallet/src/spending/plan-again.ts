import type { BackendProfile, ChannelRef, LightningBackend, Sat } from '@lightning-mcp/core'
import type { Intent, IntentChange } from '../intents/intent.ts'
import { prepareSpend } from './prepare-spend.ts'
import { readSpend } from './read-spend.ts'
import type {
  ChannelCloseDetails,
  ChannelOpenDetails,
  OfferDetails,
  OnchainDetails,
  SpendPlan,
  SpliceDetails,
} from './spend-plan.ts'
import type { SpendRequest } from './spend-request.ts'

/** What an order is bound to stays as it was; the rest is what the node looks like now. */
const KEPT = [
  'offer',
  'hasAmount',
  'address',
  'amountSat',
  'peer',
  'host',
  'pushMsat',
  'private',
  'channel',
  'mode',
  'feeRateSatPerVbyte',
]

/**
 * Looks at the node anew for a spending that waited for its approval: what was there before it, by
 * which ours is told from others, and what it would cost now. Changes nothing that was approved.
 */
export async function planAgain(
  intent: Intent,
  context: {
    backend: LightningBackend
    profile: BackendProfile
    nowMs: number
    signal?: AbortSignal | undefined
  },
): Promise<IntentChange> {
  const request = requestOf(intent)
  // a keysend has nothing to look up, and its preimage is pinned
  if (request === undefined) return {}
  const { plan } = await prepareSpend(readSpend(request), { signal: undefined, ...context })
  return { details: lookedAtAnew(intent, plan) }
}

/** What an intent is bound to, with what a newer plan of the same order saw of the node. */
export function lookedAtAnew(
  { details = {} }: Pick<Intent, 'details'>,
  plan: SpendPlan,
): SpendPlan['details'] {
  const kept = Object.entries(details).filter(([name]) => KEPT.includes(name))
  return { ...plan.details, ...Object.fromEntries(kept) }
}

function requestOf(intent: Intent): SpendRequest | undefined {
  const { maxFeeMsat, comment } = intent
  const details = (intent.details ?? {}) as Partial<
    OfferDetails & OnchainDetails & ChannelOpenDetails & ChannelCloseDetails & SpliceDetails
  >
  const { feeRateSatPerVbyte } = details
  const terms = { maxFeeMsat, ...(feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }) }
  const amountSat = details.amountSat as Sat
  const channel = details.channel as ChannelRef
  const address = String(details.address)
  switch (intent.kind) {
    case 'offer': {
      const { offer = '', hasAmount } = details
      return {
        kind: 'offer',
        offer,
        ...(hasAmount === true ? {} : { amountMsat: intent.amountMsat }),
        ...(comment === undefined ? {} : { payerNote: comment }),
        maxFeeMsat,
      }
    }
    case 'onchain':
      return { kind: 'onchain', address, amountSat, ...terms }
    case 'splice-in':
      return { kind: 'splice-in', channel, amountSat, ...terms }
    case 'splice-out':
      return { kind: 'splice-out', channel, amountSat, address, ...terms }
    case 'channel-close':
      return { kind: 'channel-close', channel, mode: details.mode ?? 'cooperative', ...terms }
    case 'channel-open': {
      const { peer, host, capacitySat, pushMsat } = details
      return {
        kind: 'channel-open',
        peer: String(peer),
        capacitySat: capacitySat as Sat,
        ...(host === undefined ? {} : { host }),
        ...(pushMsat === undefined ? {} : { pushMsat }),
        ...(details.private === undefined ? {} : { private: details.private }),
        ...terms,
      }
    }
    default:
      return undefined
  }
}
