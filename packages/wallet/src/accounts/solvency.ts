import type { Msat } from '@lightning-mcp/core'
import type { MovesSince } from '../store/account-queries.ts'
import type { AccountHolding } from './account.ts'

/**
 * What the backend said it could spend. `seq` is the journal's last row from before it was asked, so
 * that whatever was booked since is known to the msat.
 */
export interface NodeFigure {
  spendableMsat: Msat
  seq: number
  atMs: number
}

/** What tracked accounts hold together. */
export const trackedSums = (
  holdings: readonly AccountHolding[],
): { fundsMsat: bigint; reservedMsat: bigint } => {
  const tracked = holdings.filter(({ kind }) => kind === 'tracked')
  return {
    fundsMsat: tracked.reduce((sum, { fundsMsat }) => sum + fundsMsat, 0n),
    reservedMsat: tracked.reduce((sum, { reservedMsat }) => sum + reservedMsat, 0n),
  }
}

/**
 * By how much tracked balances exceed what the node can spend; zero: the node has it all. What is
 * reserved is taken to have left the node's figure already (in flight it has; before that the figure
 * is larger by it, and once it failed the ledger lets go of it), so only free balances are compared.
 * What rose since the figure was read came in or came back later than the figure and is left out. The
 * answer is thus never larger than the real shortfall, and misses one by at most what is reserved.
 */
export function shortfallMsat({
  figure,
  moves,
  holdings,
}: {
  figure: NodeFigure
  moves: MovesSince
  holdings: readonly AccountHolding[]
}): bigint {
  const short = trackedSums(holdings).fundsMsat - moves.rosenMsat - figure.spendableMsat
  return short > 0n ? short : 0n
}

/**
 * What of the node's money no tracked account holds and nobody has reserved: all that an account of
 * its own may spend, and all that can be given to tracked ones. Never too large: what is in flight may
 * count twice until it is final, and what came in since the figure was read does not count.
 */
export function freeForOthersMsat({
  figure,
  moves,
  holdings,
  reservedByOthersMsat,
}: {
  figure: NodeFigure
  moves: MovesSince
  holdings: readonly AccountHolding[]
  reservedByOthersMsat: bigint
}): bigint {
  const { fundsMsat, reservedMsat } = trackedSums(holdings)
  return figure.spendableMsat - moves.spentMsat - fundsMsat - reservedMsat - reservedByOthersMsat
}
