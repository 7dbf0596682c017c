import {
  type BackendIdentity,
  type CallOptions,
  type Invoice,
  LightningError,
  type PaymentHash,
} from '@lightning-mcp/core'
import type { Connection } from '../backend/connection.ts'
import { unknownInvoice } from '../hold/hold-invoices.ts'
import type { WalletStore } from '../store/wallet-store.ts'
import { isBeingSettledInside } from './own-invoices.ts'

/** Whose invoice it has to be. */
interface Standing {
  account: string
  identity: BackendIdentity
  /** It may cancel nothing but what the ledger says is its own. */
  isTracked: boolean
}

/** Makes an ordinary invoice unpayable, if it is the account's own to withdraw. */
export async function cancelOrdinary(
  { paymentHash, signal }: { paymentHash: PaymentHash } & CallOptions,
  { account, identity, isTracked }: Standing,
  { connection, store }: { connection: Connection; store: WalletStore },
): Promise<Invoice> {
  const { row, isBeingPaid } = await store.read(async (reader) => ({
    row: await reader.ownInvoice(identity, paymentHash),
    isBeingPaid: (await isBeingSettledInside(reader, paymentHash)) !== undefined,
  }))
  if (row === undefined ? isTracked : row.account !== account) throw unknownInvoice()
  if (row?.state === 'settled') throw paid()
  if (isBeingPaid)
    throw new LightningError({
      code: 'in_progress',
      message: 'this invoice is being paid at this moment',
      hint: 'Look it up in a moment.',
      sent: 'no',
    })
  return connection.call(async ({ invoices, hold }) => {
    const facet = invoices ?? hold
    if (facet === undefined)
      throw new LightningError({
        code: 'unsupported',
        message: 'this wallet’s backend or its credential cannot withdraw an invoice',
        hint: 'Let it expire.',
        sent: 'no',
      })
    return facet.cancel({ paymentHash, ...(signal === undefined ? {} : { signal }) })
  }, signal)
}

const paid = (): LightningError =>
  new LightningError({
    code: 'already_paid',
    message: 'this invoice has been paid and cannot be canceled',
    hint: 'To give the money back, pay an invoice of the payer.',
    sent: 'no',
  })
