import { LightningError } from '@lightning-mcp/core'
import type { StoreReader } from '../store/wallet-store.ts'
import type { ApprovalState } from './approval.ts'

/** More than an owner looks through; an agent that was talked into flooding ends here. */
const MOST_WAITING = 50
/** Invoices that expire at once make room again and again, so what came to nothing counts as well. */
const MOST_FOR_NOTHING = 100
const FOR_NOTHING_WITHIN_MS = 60 * 60_000
const FOR_NOTHING: readonly ApprovalState[] = ['pending', 'expired', 'canceled', 'denied']

/** Throws `rate_limited` where the owner is asked too often. */
export async function assertMayAsk(store: StoreReader, account: string, nowMs: number): Promise<void> {
  if ((await store.waitingApprovals(account, MOST_WAITING)).length >= MOST_WAITING)
    throw tooMany(`${MOST_WAITING} payments of this account wait for the owner already`)
  const latest = await store.approvals({ account, states: FOR_NOTHING, limit: MOST_FOR_NOTHING })
  const oldest = latest[MOST_FOR_NOTHING - 1]
  if (oldest !== undefined && oldest.createdAtMs > nowMs - FOR_NOTHING_WITHIN_MS)
    throw tooMany(`the owner was asked ${MOST_FOR_NOTHING} times within an hour and approved none of them`)
}

const tooMany = (why: string): LightningError =>
  new LightningError({
    code: 'rate_limited',
    message: `${why}, so none is added`,
    hint: 'Wait until the owner has decided some of them: lightning-mcp approvals list',
    sent: 'no',
  })
