import type { BackendIdentity } from '@lightning-mcp/core'
import { assertChannelFree, underWay as spendUnderWay } from '../spending/match-spend.ts'
import type { StoreReader } from '../store/wallet-store.ts'
import type { PaymentId } from '../wallet.ts'
import { type Intent, isOpen, OPEN_STATES } from './intent.ts'
import { isBurnt, underWay } from './match.ts'

/**
 * Before a payment that failed is sent again: no other of the same amount to the same destination may
 * be under way, which a call with another key began meanwhile. An earlier key is no way round it
 * either. Of invoices the payment hash says the same.
 */
export async function assertAlone(
  store: StoreReader,
  known: Intent,
  { repeatOf: asked, identity, nowMs }: { repeatOf?: PaymentId; identity: BackendIdentity; nowMs: number },
): Promise<void> {
  const { account, kind, destination, amountMsat, paymentId } = known
  if (kind === 'invoice' || known.state !== 'failed') return
  const repeatOf = asked ?? known.repeatOf
  if (kind === 'minted' || kind === 'offer') {
    const key = { account, kind, destination, amountMsat, ...(repeatOf === undefined ? {} : { repeatOf }) }
    const open = await store.newestMinted(key, OPEN_STATES)
    if (open !== undefined) throw underWay(open)
    const failed = await store.newestMinted(key, ['failed'])
    if (failed !== undefined && failed.paymentId !== paymentId && isBurnt(failed, nowMs))
      throw underWay(failed)
    return
  }
  const other = (await store.spendsTo(account, known, 0)).find(
    (spend) =>
      isOpen(spend) &&
      spend.capitalMsat === known.capitalMsat &&
      (repeatOf === undefined || spend.repeatOf === repeatOf),
  )
  if (other !== undefined) throw spendUnderWay(other)
  await assertChannelFree(store, known, identity)
}
