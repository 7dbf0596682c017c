import type { Counterparty } from '@lightning-mcp/backend-testkit'

/** A node of one make with the world around it, for the scenario that is the same for all. */
export interface World {
  /** Shown in test names and in the README's table. */
  readonly name: string
  /** How an owner points the server at the node: `--backend` and what belongs to it. */
  readonly settings: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Somebody else, with a channel to the node. */
  readonly other: Pick<Counterparty, 'createInvoice' | 'pay'> &
    Required<Pick<Counterparty, 'received' | 'cancelInvoice' | 'hold'>>
  /** A node to open a channel to, as `id@host:port` or as an id that is connected already. */
  readonly peer: string
  mineBlocks(count: number): Promise<void>
  close(): Promise<void>
}
