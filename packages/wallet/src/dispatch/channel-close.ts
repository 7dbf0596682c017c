import { type Channel, LightningError, type Msat, msat, satToMsat, ZERO_MSAT } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { type ChannelCloseDetails, detailsOf } from '../spending/spend-plan.ts'
import { judgeOperation } from './channel-open.ts'
import { listChannels, sameChannel } from './listing.ts'
import { listSince } from './onchain.ts'
import { spentOutcome, waitingOutcome } from './spent.ts'
import type { LookContext, Strategy } from './strategy.ts'

export const ENDING: readonly Channel['state'][] = ['closing', 'force-closing', 'closed']

/** Closing a channel: pinned by the channel, which closes once. */
export const channelCloseStrategy: Strategy = {
  isReady: ({ details }) => details !== undefined,
  async send(intent, backend, { signal }) {
    const { channel, mode, feeRateSatPerVbyte } = detailsOf<ChannelCloseDetails>(intent)
    if (backend.channels?.close === undefined)
      throw new LightningError({ code: 'unsupported', message: 'this backend closes no channels' })
    // a commitment transaction pays what was agreed with the peer when it was signed
    const rate = mode === 'force' ? {} : { feeRateSatPerVbyte }
    return judgeOperation(await backend.channels.close({ channel, mode, ...rate, signal }))
  },
  async lookUp(intent, context) {
    if (intent.state === 'settled') {
      // the answer need not have named the transaction
      const txId = intent.backendPaymentId ?? (await findChannel(intent, context))?.closingTxId
      const feeMsat = txId === undefined ? undefined : await feeOf(intent, txId, context)
      return (current, nowMs) => spentOutcome(current, { txId, feeMsat }, nowMs)
    }
    const found = await findChannel(intent, context)
    // still open: the order may yet arrive; not listed at all: nothing that says so
    if (found === undefined || !ENDING.includes(found.state))
      return (current, nowMs) => waitingOutcome(current, nowMs)
    return (current, nowMs) => spentOutcome(current, { txId: found.closingTxId, channel: found }, nowMs)
  },
}

async function findChannel(intent: Intent, { ask }: LookContext): Promise<Channel | undefined> {
  const { channel } = detailsOf<ChannelCloseDetails>(intent)
  const channels = await ask((backend, signal) => listChannels(backend, signal, { closed: true }))
  return channels.find((candidate) => sameChannel(candidate, channel))
}

/** What the closing transaction took, as far as we pay it. */
async function feeOf(intent: Intent, txId: string, context: LookContext): Promise<Msat | undefined> {
  const { mode, localMsat, capacitySat, initiator } = detailsOf<ChannelCloseDetails>(intent)
  // a forced close pays its author later, by other transactions
  if (mode === 'force') return undefined
  const isPeers = initiator === 'remote'
  if (isPeers && localMsat === 0n) return ZERO_MSAT
  const found = (await listSince(intent, context)).find((transaction) => transaction.txId === txId)
  if (found === undefined || found.netSat <= 0n) return undefined
  // BOLT 2: who opened the channel pays for its closing, but with option_simple_close who closes it. A
  // channel of ours may be told without what was set aside for fees, so that more than that comes back
  const lostMsat =
    isPeers || capacitySat === undefined || found.outputs === undefined
      ? localMsat - satToMsat(found.netSat)
      : (capacitySat - found.outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n)) * 1000n
  // payments between the order and the close moved the balance: what is no fee is not called one
  return lostMsat >= 0n && lostMsat <= intent.maxFeeMsat ? msat(lostMsat) : undefined
}
