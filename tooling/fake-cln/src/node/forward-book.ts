import type { Forward } from '@lightning-mcp/core'
import { exact, given } from '../rpc/exact-json.ts'
import type { FakeNode } from './fake-node.ts'
import { SubsystemIndexes } from './indexes.ts'

/** An HTLC that came in to go on. */
export interface ForwardRow {
  createdIndex: number
  updatedIndex?: number
  inChannel: string
  outChannel: string
  inMsat: bigint
  outMsat: bigint
  state: 'offered' | 'settled' | 'failed' | 'local_failed'
  receivedTime: number
  resolvedTime?: number
}

export type NewForward = Omit<ForwardRow, 'createdIndex' | 'updatedIndex'>

const PAGE = 1000

/** The daemon's table of forwards. */
export class ForwardBook {
  readonly indexes = new SubsystemIndexes()
  readonly #node: FakeNode
  readonly #rows: ForwardRow[] = []
  /** So many of the network's are in the table. */
  #known = 0

  constructor(node: FakeNode) {
    this.#node = node
  }

  /** Takes in what the network has carried through this node since the last time. */
  async refresh(): Promise<void> {
    const fresh: Forward[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await this.#node.link.call('listForwards', {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      })
      fresh.push(...page.items)
      if (page.nextCursor === undefined) break
      cursor = page.nextCursor
    }
    const unknown = fresh.slice(0, fresh.length - this.#known).reverse()
    this.#known = fresh.length
    for (const forward of unknown)
      this.add({
        inChannel: forward.incomingChannel,
        outChannel: forward.outgoingChannel,
        inMsat: forward.incomingMsat,
        outMsat: forward.outgoingMsat,
        state: 'settled',
        receivedTime: forward.createdAt + 0.000123,
        resolvedTime: forward.createdAt + 0.100123,
      })
  }

  add(forward: NewForward): ForwardRow {
    const row: ForwardRow = { ...forward, createdIndex: this.#rows.length + 1 }
    this.#rows.push(row)
    this.indexes.move('created', () => detailsOf(row))
    if (row.state === 'settled' || row.state === 'failed')
      row.updatedIndex = this.indexes.move('updated', () => detailsOf(row))
    return row
  }

  from(start: number): readonly ForwardRow[] {
    return this.#rows.slice(Math.max(0, start - 1))
  }

  feesCollected(): bigint {
    return this.#rows.reduce(
      (total, row) => (row.state === 'settled' ? total + row.inMsat - row.outMsat : total),
      0n,
    )
  }
}

const detailsOf = (row: ForwardRow): Readonly<Record<string, unknown>> => ({
  status: row.state,
  in_channel: row.inChannel,
  out_channel: row.outChannel,
})

/** A line of `listforwards`: one that failed here has neither an outgoing amount nor a fee. */
export const toForwardLine = (row: ForwardRow): Record<string, unknown> => {
  const here = row.state === 'local_failed'
  return given({
    created_index: row.createdIndex,
    updated_index: row.updatedIndex,
    in_channel: row.inChannel,
    in_htlc_id: row.createdIndex - 1,
    out_channel: row.outChannel,
    out_htlc_id: here ? undefined : row.createdIndex - 1,
    in_msat: exact(row.inMsat),
    out_msat: here ? undefined : exact(row.outMsat),
    fee_msat: here ? undefined : exact(row.inMsat - row.outMsat),
    status: row.state,
    failcode: here ? 4103 : undefined,
    failreason: here ? 'WIRE_TEMPORARY_CHANNEL_FAILURE' : undefined,
    style: 'tlv',
    received_time: row.receivedTime,
    resolved_time: here ? undefined : row.resolvedTime,
  })
}
