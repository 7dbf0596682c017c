import { type BackendIdentity, LightningError } from '@lightning-mcp/core'
import type { WalletStore } from '../store/wallet-store.ts'

/** Each is looked up again and again until it is paid or expires, at the cost of everybody on the node. */
const MOST_OPEN = 10_000

/** Throws `rate_limited` where the account has more unpaid invoices than can be looked after. */
export async function assertFewOpen(
  store: Pick<WalletStore, 'read'>,
  identity: BackendIdentity,
  name: string,
): Promise<void> {
  if (!(await store.read((reader) => reader.hasOpenInvoices(identity, name, MOST_OPEN)))) return
  throw new LightningError({
    code: 'rate_limited',
    message: `${MOST_OPEN} invoices of this account wait to be paid already`,
    hint: 'Wait until some of them are paid or expire, and let new ones expire sooner.',
    sent: 'no',
  })
}
