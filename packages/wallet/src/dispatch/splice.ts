import { type Channel, LightningError, type Msat, satToMsat } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import { detailsOf, type SpliceDetails } from '../spending/spend-plan.ts'
import { judgeFee, judgeOperation } from './channel-open.ts'
import { listChannels, sameChannel } from './listing.ts'
import { spentOutcome, waitingOutcome } from './spent.ts'
import type { Judge, LookContext, Strategy } from './strategy.ts'

/** Splices are found in the channel itself: a new funding output, and a capacity changed by the amount. */
const splice = (send: Strategy['send'], look: (intent: Intent, context: LookContext) => Promise<Judge>) => ({
  isReady: ({ details }: Intent) => details !== undefined,
  send,
  lookUp: look,
})

/** Moves coins into a channel. */
export const spliceInStrategy: Strategy = splice(
  async (intent, backend, { signal }) => {
    const { channel, amountSat, feeRateSatPerVbyte } = detailsOf<SpliceDetails>(intent)
    if (backend.splicing === undefined) throw noSplicing()
    const rate = feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }
    return judgeOperation(await backend.splicing.spliceIn({ channel, amountSat, ...rate, signal }))
  },
  async (intent, context) => {
    const { txId, amountSat, capacitySat } = detailsOf<SpliceDetails>(intent)
    if (intent.state === 'settled' && txId !== undefined) return judgeFee(intent, txId, context)
    const spliced = await findSpliced(intent, context)
    return spliced === undefined || spliced.capacitySat - capacitySat !== amountSat
      ? (current, nowMs) => waitingOutcome(current, nowMs)
      : (current, nowMs) => spentOutcome(current, { txId: fundingOf(spliced), channel: spliced }, nowMs)
  },
)

/** Pays an address out of a channel; what the channel lost beside the amount is the fee. */
export const spliceOutStrategy: Strategy = splice(
  async (intent, backend, { signal }) => {
    const { channel, amountSat, address = '', feeRateSatPerVbyte } = detailsOf<SpliceDetails>(intent)
    if (backend.splicing === undefined) throw noSplicing()
    const rate = feeRateSatPerVbyte === undefined ? {} : { feeRateSatPerVbyte }
    return judgeOperation(await backend.splicing.spliceOut({ channel, amountSat, address, ...rate, signal }))
  },
  async (intent, context) => {
    const { txId } = detailsOf<SpliceDetails>(intent)
    const spliced = await findSpliced(intent, context)
    const feeMsat = spliced === undefined ? undefined : lostBeside(intent, spliced)
    const ours = feeMsat !== undefined && (txId === undefined || fundingOf(spliced) === txId)
    return ours
      ? (current, nowMs) =>
          spentOutcome(current, { txId: fundingOf(spliced), channel: spliced, feeMsat }, nowMs)
      : (current, nowMs) => waitingOutcome(current, nowMs)
  },
)

const noSplicing = (): LightningError =>
  new LightningError({ code: 'unsupported', message: 'this backend resizes no channels' })

const fundingOf = (channel: Channel | undefined): string | undefined =>
  channel?.fundingOutpoint?.split(':')[0]

/** The channel, if it stands on another funding output than before. */
async function findSpliced(intent: Intent, { ask }: LookContext): Promise<Channel | undefined> {
  const { channel, fundingOutpoint } = detailsOf<SpliceDetails>(intent)
  const channels = await ask((backend, signal) => listChannels(backend, signal))
  const found = channels.find((candidate) => sameChannel(candidate, channel))
  return found?.fundingOutpoint === undefined || found.fundingOutpoint === fundingOutpoint ? undefined : found
}

/** What the channel lost beside the amount; `undefined`: that is no fee of ours. */
function lostBeside(intent: Intent, spliced: Channel): Msat | undefined {
  const { capacitySat, amountSat } = detailsOf<SpliceDetails>(intent)
  const lostSat = capacitySat - spliced.capacitySat - amountSat
  if (lostSat < 0n) return undefined
  const feeMsat = satToMsat(lostSat)
  return feeMsat <= intent.maxFeeMsat || detailsOf<SpliceDetails>(intent).txId !== undefined
    ? feeMsat
    : undefined
}
