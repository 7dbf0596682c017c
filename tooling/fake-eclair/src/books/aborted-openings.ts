import { randomBytes } from 'node:crypto'
import { capturedAnswer } from '../captures.ts'
import type { JsonObject } from '../json.ts'

const captured = capturedAnswer<readonly JsonObject[]>('channels-unconfirmed')

/** How an opening ended before there was a channel: refused by the peer, or for want of coins. */
export type Abortion = 'by-peer' | 'no-coins'

const TEMPLATES: Readonly<Record<Abortion, JsonObject>> = {
  'by-peer': captured[0] as JsonObject,
  'no-coins': captured[1] as JsonObject,
}

/** TRAP: for a while `channels` goes on to tell openings that came to nothing, as `CLOSED` and without commitments. */
export class AbortedOpenings {
  #rows: { json: JsonObject; nodeId: string; height: number }[] = []

  add(abortion: Abortion, nodeId: string, height: number): void {
    const channelId = randomBytes(32).toString('hex')
    this.#rows.push({ nodeId, height, json: { ...TEMPLATES[abortion], nodeId, channelId } })
  }

  /** Those that are still told at that height. */
  at(height: number): readonly { nodeId: string; json: JsonObject }[] {
    this.#rows = this.#rows.filter((row) => row.height === height)
    return this.#rows
  }
}
