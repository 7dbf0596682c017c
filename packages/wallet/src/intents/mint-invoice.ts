import type { DestinationResolver, FetchedInvoice, LightningError, MintedInvoice } from '@lightning-mcp/core'
import { endsApproved } from '../approvals/ends-approved.ts'
import type { Connection } from '../backend/connection.ts'
import type { Clock } from '../clock.ts'
import type { Leases } from '../leases.ts'
import { updateBooked } from '../ledger/write-intent.ts'
import { noteUnmade } from '../safety/breaker.ts'
import { fetchOfferInvoice } from '../spending/fetch-offer-invoice.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import type { Intent } from './intent.ts'
import { failedOutcome } from './outcome.ts'

/** Asks whoever is to be paid for an invoice of exactly the amount. Pays nothing. */
export function mintInvoice(
  intent: Intent,
  { resolver, connection, clock }: { resolver?: DestinationResolver; connection: Connection; clock: Clock },
): Promise<MintedInvoice | FetchedInvoice> {
  if (intent.kind === 'offer') return fetchOfferInvoice(intent, connection, clock)
  if (resolver === undefined) throw new Error('no resolver')
  const { destination, amountMsat, comment } = intent
  return resolver.mint({ destination, amountMsat, ...(comment === undefined ? {} : { comment }) })
}

/** Nothing was sent and nothing is reserved: the same call may try again. Never rejects. */
export async function noteNotMinted(
  intent: Intent,
  { message, code }: LightningError,
  { store, clock, leases }: { store: WalletStore; clock: Clock; leases: Leases },
): Promise<void> {
  const failed = failedOutcome({ reason: 'other', detail: message }, 'same-call').change
  // what the owner approved goes on by itself once the service is back
  const waits = intent.state === 'awaiting_approval' && !endsApproved(code)
  const change = waits ? {} : { ...failed, state: 'failed' as const }
  await store
    .transaction(async (writer) => {
      const nowMs = clock.now()
      const ended = { ...change, owner: undefined, leaseUntilMs: 0, updatedAtMs: nowMs }
      const isOurs = await updateBooked(writer, intent, ended, nowMs, { owner: leases.owner })
      if (isOurs && !waits) await noteUnmade(writer, intent, nowMs)
    })
    // the reconciler does the same once the lease has run out
    .catch(() => {})
}
