import type { Balance } from '@lightning-mcp/core'
import type { WalletStore } from '../store/wallet-store.ts'
import type { NodeFigure } from './solvency.ts'

/** Asks the backend what it can spend, in the order that makes the answer comparable with the ledger. */
export async function readNodeFigure(
  store: WalletStore,
  getBalance: () => Promise<Pick<Balance, 'spendableMsat'>>,
  nowMs: number = Date.now(),
): Promise<NodeFigure> {
  const last = await store.read((reader) => reader.lastJournalEntry())
  const { spendableMsat } = await getBalance()
  return { spendableMsat, seq: last?.seq ?? 0, atMs: nowMs }
}
