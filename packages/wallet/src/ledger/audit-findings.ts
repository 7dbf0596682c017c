import type { JournalDeltas } from './journal.ts'

/** Where an earlier audit ended. Kept outside the database, it shows whether the past was changed or lost. */
export interface AuditMark {
  /** The last journal row then. */
  seq: number
  digest: string
}

/** What does not agree. `kind`: which check found it. */
export interface AuditFinding {
  kind: 'journal' | 'balance' | 'usage' | 'payment' | 'transfer'
  /** One sentence with both figures. */
  message: string
  /** Journal row. */
  seq?: number
  account?: string
  scope?: string
  paymentId?: string
}

/** What was found, the first so many of it. */
export class Findings {
  readonly kept: AuditFinding[] = []
  count = 0
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(finding: AuditFinding): void {
    this.count++
    if (this.kept.length < this.#most) this.kept.push(finding)
  }
}

export const SUM_NAMES = ['funds', 'reserved', 'paid', 'fees', 'capital', 'outside'] as const

export type SumName = (typeof SUM_NAMES)[number]

export const sumOf = (row: JournalDeltas, name: SumName): bigint => row[`${name}Msat`]

/** The sums that differ, in words: `paid is 5 msat, the journal says 6`. */
export const differences = (
  stored: Partial<JournalDeltas>,
  expected: Partial<JournalDeltas>,
  names: readonly SumName[] = SUM_NAMES,
): string[] =>
  names.flatMap((name) => {
    const is = stored[`${name}Msat`] ?? 0n
    const should = expected[`${name}Msat`] ?? 0n
    return is === should ? [] : [`${name} is ${is} msat, the journal says ${should}`]
  })
