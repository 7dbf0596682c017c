import { type BackendIdentity, type Invoice, type Msat, msat, type PaymentHash } from '@lightning-mcp/core'
import { appendEntry } from '../ledger/append-entry.ts'
import type { StoreReader, StoreWriter } from '../store/wallet-store.ts'
import type { OwnInvoice } from './account.ts'
import { isInside } from './inside-details.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long to wait before the next look at an invoice that may be paid. */
const OPEN_DELAYS_MS = [1, 2, 4, 8, 15, 30, 60, 120, 300].map((seconds) => seconds * SECOND_MS)
/** One that the backend calls expired or canceled is looked at so often still: a service may be late. */
const LAST_DELAYS_MS = [60 * SECOND_MS, HOUR_MS, DAY_MS]

export const identityOf = ({
  backendKind,
  backendNetwork,
  backendId,
}: Pick<OwnInvoice, 'backendKind' | 'backendNetwork' | 'backendId'>): BackendIdentity => ({
  kind: backendKind,
  network: backendNetwork,
  id: backendId,
})

/**
 * Writes down what the backend said of an invoice: money that arrived is credited to the account that
 * made it, exactly once. Answers whether it was now.
 */
export async function recordLook(
  store: StoreWriter,
  identity: BackendIdentity,
  paymentHash: PaymentHash,
  found: Invoice | undefined,
  nowMs: number,
): Promise<boolean> {
  const row = await store.ownInvoice(identity, paymentHash)
  if (row === undefined || row.state === 'settled') return false
  if (found?.status === 'settled') {
    const receivedMsat = found.receivedMsat ?? found.amountMsat ?? row.amountMsat
    if (receivedMsat !== undefined)
      return credit(store, row, {
        receivedMsat,
        inside: false,
        settledAtMs: found.settledAt === undefined ? nowMs : found.settledAt * 1000,
        nowMs,
      })
  }
  const change = (await isBeingSettledInside(store, paymentHash))
    ? { state: row.state, nextLookAtMs: nowMs + 5 * SECOND_MS }
    : nextLook(row, found, nowMs)
  // whoever asks between leaves the schedule as it is
  if (change.state === row.state && nowMs < row.nextLookAtMs) return false
  await store.updateOwnInvoice(identity, paymentHash, change)
  return false
}

function nextLook(row: OwnInvoice, found: Invoice | undefined, nowMs: number): Partial<OwnInvoice> {
  const overdue = nowMs >= row.expiresAtMs
  const ended =
    found?.status === 'canceled' || found?.status === 'expired'
      ? found.status
      : overdue
        ? 'expired'
        : undefined
  // held, or a backend that does not say how much: as long as it takes
  if (ended === undefined || found?.status === 'accepted' || found?.status === 'settled') {
    const delayMs = OPEN_DELAYS_MS[Math.min(row.looks, OPEN_DELAYS_MS.length - 1)] ?? DAY_MS
    const untilExpiryMs = row.expiresAtMs + SECOND_MS - nowMs
    const nextMs = untilExpiryMs > 0 ? Math.min(delayMs, untilExpiryMs) : delayMs
    return { state: 'open', nextLookAtMs: nowMs + nextMs, looks: row.looks + 1 }
  }
  const looks = row.state === 'open' ? 0 : row.looks
  const delayMs = LAST_DELAYS_MS[looks]
  return { state: ended, looks: looks + 1, nextLookAtMs: delayMs === undefined ? 0 : nowMs + delayMs }
}

/** Whether another account of this ledger is paying it at this moment. */
export async function isBeingSettledInside(
  store: StoreReader,
  paymentHash: PaymentHash,
): Promise<Msat | undefined> {
  const live = await store.liveIntentByHash(paymentHash)
  return live !== undefined && live.state !== 'settled' && isInside(live) ? live.amountMsat : undefined
}

/** Marks the invoice settled and books what came. False, and nothing changed, where it was settled before. */
export async function credit(
  store: StoreWriter,
  row: OwnInvoice,
  {
    receivedMsat,
    inside,
    settledAtMs,
    nowMs,
  }: { receivedMsat: Msat; inside: boolean; settledAtMs: number; nowMs: number },
): Promise<boolean> {
  const settled = await store.updateOwnInvoice(identityOf(row), row.paymentHash, {
    state: 'settled',
    receivedMsat,
    settledInside: inside,
    settledAtMs,
    nextLookAtMs: 0,
  })
  if (!settled) return false
  const account = await store.account(row.account)
  // what comes from outside to an account of its own is the node's, which says so itself
  if (!inside && account?.kind !== 'tracked') return true
  await appendEntry(store, {
    atMs: nowMs,
    account: row.account,
    event: inside ? 'received-inside' : 'received',
    fundsMsat: receivedMsat,
    reservedMsat: 0n,
    paidMsat: 0n,
    feesMsat: 0n,
    capitalMsat: 0n,
    outsideMsat: -receivedMsat,
    limitScopes: [],
    chargedMsat: 0n,
    chargedCount: 0,
    note: `invoice ${row.paymentHash}`,
  })
  return true
}

/** An invoice as its account sees it, from the ledger alone. `arrivingMsat`: another account is paying it. */
export function invoiceOfRow(
  row: OwnInvoice,
  {
    nowMs,
    arrivingMsat,
    preimage,
  }: { nowMs: number; arrivingMsat?: Msat | undefined; preimage?: Invoice['preimage'] | undefined },
): Invoice {
  const open = row.state === 'open' ? (nowMs >= row.expiresAtMs ? 'expired' : 'open') : row.state
  const status = row.state !== 'settled' && arrivingMsat !== undefined ? 'accepted' : open
  const receivedMsat = status === 'accepted' ? arrivingMsat : row.receivedMsat
  return {
    ...(row.invoice === undefined ? {} : { invoice: row.invoice }),
    paymentHash: row.paymentHash,
    status,
    ...(row.amountMsat === undefined ? {} : { amountMsat: row.amountMsat }),
    ...(receivedMsat === undefined ? {} : { receivedMsat: msat(receivedMsat) }),
    ...(row.description === undefined ? {} : { description: row.description }),
    ...(row.descriptionHash === undefined ? {} : { descriptionHash: row.descriptionHash }),
    createdAt: Math.floor(row.createdAtMs / 1000),
    expiresAt: Math.floor(row.expiresAtMs / 1000),
    ...(row.settledAtMs === undefined ? {} : { settledAt: Math.floor(row.settledAtMs / 1000) }),
    ...(status === 'settled' && preimage !== undefined ? { preimage } : {}),
  }
}
