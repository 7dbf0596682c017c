/** An offer of this Eclair. */
export interface OfferRow {
  readonly offerId: string
  readonly encoded: string
  readonly amountMsat?: bigint | undefined
  readonly description?: string | undefined
  readonly createdMs: number
  readonly expiresAt?: number | undefined
  disabledMs?: number
}

/** Offers in the order of their making. */
export class OfferBook {
  readonly #rows = new Map<string, OfferRow>()

  add(row: OfferRow): void {
    this.#rows.set(row.offerId, row)
  }

  byId(offerId: string): OfferRow | undefined {
    return this.#rows.get(offerId)
  }

  all(): readonly OfferRow[] {
    return [...this.#rows.values()]
  }
}
