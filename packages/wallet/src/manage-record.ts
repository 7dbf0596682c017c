import { cleanText, LightningError, OPERATIONS, type Operation, ZERO_MSAT } from '@lightning-mcp/core'
import type { Clock } from './clock.ts'
import { channelName } from './dispatch/listing.ts'
import { RefusalMeter } from './intents/refusal-meter.ts'
import type { ManageGuard } from './manage-guard.ts'
import type { WalletStore } from './store/wallet-store.ts'
import type { SpendingPaused } from './wallet.ts'

/** What costs money by a way round: fees that earn less, and liquidity that is locked. Refused while spending is paused. */
const COSTLY: readonly string[] = ['channels.updatePolicy', 'routing.probe']

/** What of a call is no secret and tells an owner what was done. Messages, backups and notes are none of it. */
const TOLD = [
  'nodeId',
  'host',
  'address',
  'channel',
  'policy',
  'offerId',
  'amountMsat',
  'type',
  'target',
] as const

const MAX_DETAIL = 400

export interface ManageRecordOptions {
  account: string
  store: WalletStore
  clock: Clock
  paused: () => Promise<SpendingPaused | undefined>
  guard: ManageGuard
  onAlarm: (alarm: string) => void
}

/**
 * Keeps for the owner which calls changed the node, and stops those that cost money while spending is
 * paused or limits are against it: `note` is called before each, and throws where it may not be made now.
 * What changes the node is not done without a record.
 */
export function manageRecord({ account, store, clock, paused, guard, onAlarm }: ManageRecordOptions) {
  const meter = new RefusalMeter(() =>
    onAlarm(`account ${account} changes its node so often that for now not each call is written down`),
  )
  return {
    note: async (operation: string, request: unknown): Promise<void> => {
      const stopped = COSTLY.includes(operation) ? await paused() : undefined
      const atMs = clock.now()
      const detail = tell(request)
      const refusal =
        stopped === undefined ? await guard.check(operation, request, atMs) : spendingPaused(stopped)
      const allowed = refusal === undefined
      const note = {
        account,
        atMs,
        verdict: allowed ? ('allowed' as const) : ('refused' as const),
        code: refusal === undefined ? 'managed' : refusal.code,
        destination: operation,
        amountMsat: ZERO_MSAT,
        maxFeeMsat: ZERO_MSAT,
        rules: [{ rule: 'manage', allowed, ...(detail === '' ? {} : { detail }) }],
      }
      try {
        if (meter.take(atMs)) await store.transaction((writer) => writer.insertDecision(note))
      } catch (cause) {
        // being paid goes on whatever becomes of the store
        if (OPERATIONS[operation as Operation] !== 'receive') throw unrecorded(cause)
      }
      if (refusal !== undefined) throw refusal
    },
  }
}

const spendingPaused = ({ reason, hint }: SpendingPaused): LightningError =>
  new LightningError({ code: 'spending_paused', message: reason, hint, sent: 'no' })

const unrecorded = (cause: unknown): LightningError =>
  new LightningError({
    code: 'unavailable',
    message: 'the node was not changed, because no record of it could be made',
    hint: 'The owner has to look at the wallet’s store.',
    cause,
  })

function tell(request: unknown): string {
  if (typeof request !== 'object' || request === null) return ''
  const told = Object.entries(request).filter(([name]) => (TOLD as readonly string[]).includes(name))
  if (told.length === 0) return ''
  const text = JSON.stringify(Object.fromEntries(told), (name, value: unknown) =>
    typeof value === 'bigint'
      ? value.toString()
      : name === 'channel' && typeof value === 'object' && value !== null
        ? channelName(value)
        : value,
  )
  return cleanText(text, MAX_DETAIL)
}
