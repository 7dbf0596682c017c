import { exact, given } from '../rpc/exact-json.ts'
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

/** The daemon's table of forwards. */
export class ForwardBook {
  readonly indexes = new SubsystemIndexes()
  readonly #rows: ForwardRow[] = []

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
