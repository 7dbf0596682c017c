import type { UnixSeconds } from '@lightning-mcp/core'

/** 31 December 9999, the last second that Eclair knows. */
export const END_OF_TIME: UnixSeconds = 253_402_300_799
const FIRST_SPAN = 86_400
/** A window that is this much too long is shortened by as much, and lengthened when it is nearly empty. */
const FACTOR = 4

/** One list of Eclair's: oldest first, within a range of time, `count` at most after `skip`. */
export interface TimedList<Row> {
  read(range: { from: UnixSeconds; to: UnixSeconds; count: number; skip: number }): Promise<readonly Row[]>
}

/** What lay between two times. */
export interface HistoryWindow<Row> {
  rows: readonly Row[]
  from: UnixSeconds
  to: UnixSeconds
}

/**
 * Reads a list of Eclair's, which begins with the oldest and tells no total, from the newest downwards: in
 * windows of time that fit the density of its rows, so that a page costs what it holds.
 */
export class HistoryWindows<Row> {
  readonly #list: TimedList<Row>
  readonly #oldest: UnixSeconds
  readonly #now: UnixSeconds
  readonly #count: number
  readonly #overlap: number
  #to: UnixSeconds
  #span: number | undefined

  /** `overlap`: how many seconds before each window are read along with it. */
  constructor(
    list: TimedList<Row>,
    range: { oldest: UnixSeconds; to: UnixSeconds; now: UnixSeconds; count: number; overlap?: number },
  ) {
    this.#list = list
    this.#oldest = Math.max(0, range.oldest)
    this.#to = Math.min(range.to, END_OF_TIME)
    this.#now = range.now
    this.#count = range.count
    this.#overlap = range.overlap ?? 0
  }

  /** Everything at or after this second has been read; zero or less: everything. */
  get floor(): UnixSeconds {
    return this.done ? Number.NEGATIVE_INFINITY : this.#to
  }

  get done(): boolean {
    return this.#to <= this.#oldest
  }

  /** The next window down, its rows in no order; some of the window before may be among them. */
  async next(): Promise<HistoryWindow<Row>> {
    const to = this.#to
    const rows = await this.#descend()
    return { rows, ...this.#range(this.#to, to) }
  }

  async #descend(): Promise<readonly Row[]> {
    // most histories, and the ends of all, fit into one answer
    if (this.#span === undefined) {
      const whole = await this.#read(this.#oldest, 0)
      if (whole.length < this.#count) {
        this.#to = this.#oldest
        return whole
      }
      this.#span = FIRST_SPAN
    }
    for (;;) {
      // the clock of the node may be ahead of ours: the first window is open towards the future
      const newest = Math.min(this.#to, Math.max(this.#now, this.#oldest + 1))
      const from = Math.max(this.#oldest, newest - this.#span)
      const rows = await this.#read(from, 0)
      if (rows.length >= this.#count && this.#span > 1) {
        this.#span = Math.max(1, Math.floor(this.#span / FACTOR))
        continue
      }
      const rest = rows.length < this.#count ? [] : await this.#rest(from)
      if (rows.length < this.#count / FACTOR) this.#span *= FACTOR
      this.#to = from
      return [...rows, ...rest]
    }
  }

  /** What one second holds beyond one answer. */
  async #rest(from: UnixSeconds): Promise<readonly Row[]> {
    const all: Row[] = []
    for (let skip = this.#count; ; skip += this.#count) {
      const rows = await this.#read(from, skip)
      all.push(...rows)
      if (rows.length < this.#count) return all
    }
  }

  /** Some of Eclair's lists leave both ends of a range out, others hold times in milliseconds: so one second more below. */
  #range(from: UnixSeconds, to: UnixSeconds): { from: UnixSeconds; to: UnixSeconds } {
    return { from: Math.max(0, from - 1 - this.#overlap), to }
  }

  #read(from: UnixSeconds, skip: number): Promise<readonly Row[]> {
    return this.#list.read({ ...this.#range(from, this.#to), count: this.#count, skip })
  }
}
