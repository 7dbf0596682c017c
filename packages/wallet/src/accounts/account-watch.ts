import type { BackendIdentity, Invoice, LightningEvent, PaymentHash } from '@lightning-mcp/core'
import type { StoreReader, WalletStore } from '../store/wallet-store.ts'

export interface AccountWatchOptions {
  account: string
  store: WalletStore
  identity: BackendIdentity
  /** False: an account of its own, which sees everything that is not another's. */
  isTracked: boolean
  lookupInvoice: (paymentHash: PaymentHash) => Promise<Invoice | undefined>
  /** A moment, before the ledger is asked again. */
  wait: () => Promise<void>
}

/** A shared backend's events as one account may see them: none of others' payments, invoices or channels. */
export async function* eventsOfAccount(
  events: AsyncIterable<LightningEvent>,
  options: AccountWatchOptions,
): AsyncIterable<LightningEvent> {
  for await (const event of events) {
    if (event.type === 'gap') yield event
    else if ('channelId' in event) {
      if (!options.isTracked) yield event
    } else if (await isSeen(event, options)) {
      const own = await asLedgerSays(event, options)
      if (own !== undefined) yield own
    }
  }
}

const hashOf = (event: Extract<LightningEvent, { invoice: unknown } | { payment: unknown }>): PaymentHash =>
  'invoice' in event ? event.invoice.paymentHash : event.payment.paymentHash

async function isSeen(
  event: Extract<LightningEvent, { invoice: unknown } | { payment: unknown }>,
  { account, store, identity, isTracked }: AccountWatchOptions,
): Promise<boolean> {
  const hash = hashOf(event)
  return store.read(async (reader) => {
    const owner = 'invoice' in event ? await makerOf(reader, identity, hash) : await payerOf(reader, hash)
    return owner === undefined ? !isTracked : owner === account
  })
}

const makerOf = async (
  reader: StoreReader,
  identity: BackendIdentity,
  hash: PaymentHash,
): Promise<string | undefined> => (await reader.ownInvoice(identity, hash))?.account

const payerOf = async (reader: StoreReader, hash: PaymentHash): Promise<string | undefined> =>
  (await reader.liveIntentByHash(hash))?.account

const TYPES = {
  open: 'invoice-created',
  accepted: 'invoice-accepted',
  settled: 'invoice-settled',
  canceled: 'invoice-canceled',
  expired: undefined,
} as const

/** So often at most the ledger is asked about a payment between accounts. */
const PATIENCE = 40

/** An invoice that another account pays is canceled at the node: what the account is told is what the ledger says, once it is final. */
async function asLedgerSays(
  event: LightningEvent,
  { lookupInvoice, wait }: AccountWatchOptions,
): Promise<LightningEvent | undefined> {
  if (!('invoice' in event)) return event
  if (event.type !== 'invoice-canceled' && event.type !== 'invoice-settled') return event
  const look = () => lookupInvoice(event.invoice.paymentHash).catch(() => undefined)
  let invoice = await look()
  for (let looks = 1; invoice?.status === 'accepted' && looks < PATIENCE; looks++) {
    await wait()
    invoice = await look()
  }
  const type = invoice === undefined ? undefined : TYPES[invoice.status]
  return invoice === undefined || type === undefined ? event : { type, invoice }
}
