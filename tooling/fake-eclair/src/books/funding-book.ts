/** One funding transaction of a channel. */
export interface Funding {
  /** `txid:vout` */
  outpoint: string
  capacitySat: bigint
  /** Where the chain knows it, as far as this node has seen. */
  shortChannelId?: string
}

/** The funding transactions of spliced channels, the newest first: the engine keeps the newest alone. */
export class FundingBook {
  readonly #fundings = new Map<string, Funding[]>()

  /** What stands in the channel now; the first call for a channel, and the one after each splice, adds to the book. */
  note(channelId: string, now: Funding): readonly Funding[] {
    const known = this.#fundings.get(channelId) ?? []
    const newest = known[0]
    if (newest?.outpoint === now.outpoint) {
      if (now.shortChannelId !== undefined) newest.shortChannelId = now.shortChannelId
      return known
    }
    const { shortChannelId: _, ...fresh } = now
    // the engine goes on to tell the old place in the chain until the splice has one
    const added = newest === undefined ? now : fresh
    const all = [added, ...known]
    this.#fundings.set(channelId, all)
    return all
  }
}
