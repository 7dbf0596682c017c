import { msat } from '@lightning-mcp/core'
import { amountText } from '../amount-text.ts'
import type { Intent } from '../intents/intent.ts'
import { appendEntry } from '../ledger/append-entry.ts'
import type { StoreWriter } from '../store/wallet-store.ts'

/**
 * Money that has moved is booked whatever was believed before: a payment that settled after its failure
 * was proven, a fee above its limit. What a tracked account does not have for it, the operator bears,
 * and the journal says so; the account stays at zero and not below.
 */
export async function cover(
  store: StoreWriter,
  {
    before,
    after,
    needMsat,
    nowMs,
  }: { before: Intent | undefined; after: Intent; needMsat: bigint; nowMs: number },
): Promise<void> {
  // a reservation that is too large is refused instead
  if (needMsat <= 0n || after.state !== 'settled' || before === undefined) return
  const { account, paymentId, attempt } = after
  if ((await store.account(account))?.kind !== 'tracked') return
  const { fundsMsat } = await store.balance(account)
  const missingMsat = needMsat - fundsMsat
  if (missingMsat <= 0n) return
  await appendEntry(store, {
    atMs: nowMs,
    account,
    event: 'covered',
    paymentId,
    attempt,
    fundsMsat: missingMsat,
    reservedMsat: 0n,
    paidMsat: 0n,
    feesMsat: 0n,
    capitalMsat: 0n,
    outsideMsat: -missingMsat,
    limitScopes: [],
    chargedMsat: 0n,
    chargedCount: 0,
    note: `the operator bore ${amountText(msat(missingMsat))} that the account did not have`,
  })
}
