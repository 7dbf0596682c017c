import { type Msat, msat, ZERO_MSAT } from '@lightning-mcp/core'
import { type Intent, LIVE_STATES } from '../intents/intent.ts'

/** What an intent holds of its account's money. All zero where nothing is held and nothing moved. */
export interface Postings {
  /** Held for a payment under way, or until a settled one's fee is final. */
  reservedMsat: Msat
  /** Gone to others, without fees. */
  paidMsat: Msat
  feesMsat: Msat
  /** The account's own money, moved into a channel. */
  capitalMsat: Msat
}

const NOTHING: Postings = {
  reservedMsat: ZERO_MSAT,
  paidMsat: ZERO_MSAT,
  feesMsat: ZERO_MSAT,
  capitalMsat: ZERO_MSAT,
}

type Booked = Pick<Intent, 'state' | 'bookedMsat' | 'capitalMsat' | 'feeMsat' | 'feeProvisional'>

/** Pure: the ledger's view of an intent as it stands. */
export function postings(intent: Booked | undefined): Postings {
  if (intent === undefined || !isLive(intent)) return NOTHING
  const { state, bookedMsat, capitalMsat = ZERO_MSAT, feeMsat = ZERO_MSAT } = intent
  if (state !== 'settled' || intent.feeProvisional) return { ...NOTHING, reservedMsat: bookedMsat }
  return {
    reservedMsat: ZERO_MSAT,
    paidMsat: msat(bookedMsat - feeMsat - capitalMsat),
    feesMsat: feeMsat,
    capitalMsat,
  }
}

/** What of an intent counts against limits: everything it holds but capital, which stays the account's. */
export const spendingMsat = (intent: Booked | undefined): Msat =>
  intent === undefined || !isLive(intent)
    ? ZERO_MSAT
    : msat(intent.bookedMsat - (intent.capitalMsat ?? ZERO_MSAT))

const isLive = ({ state }: Booked): boolean => (LIVE_STATES as readonly string[]).includes(state)
