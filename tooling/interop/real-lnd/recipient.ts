import { createHash, randomBytes } from 'node:crypto'
import type { LndNode } from '@lightning-mcp/nodes'

/** An invoice of a node that the wallet under test does not control. */
export interface RecipientInvoice {
  invoice: string
  paymentHash: string
}

/** One that is paid only when its recipient says so. */
export interface HoldInvoice extends RecipientInvoice {
  /** Resolves once the payment has arrived and is held. */
  held(): Promise<void>
  settle(): Promise<void>
  cancel(): Promise<void>
}

export interface InvoiceState {
  state: 'OPEN' | 'SETTLED' | 'CANCELED' | 'ACCEPTED'
  amt_paid_sat: string
  /** Every part that ever arrived for it. */
  htlcs: { state: string; amt_msat: string }[]
}

export const addInvoice = async (node: LndNode, sats: number): Promise<RecipientInvoice> => {
  const reply = await node.call<{ payment_request: string; r_hash: Buffer }>('default', 'addInvoice', {
    value: String(sats),
  })
  return { invoice: reply.payment_request, paymentHash: Buffer.from(reply.r_hash).toString('hex') }
}

export const addHoldInvoice = async (node: LndNode, sats: number): Promise<HoldInvoice> => {
  const preimage = randomBytes(32)
  const hash = createHash('sha256').update(preimage).digest()
  const { payment_request: invoice } = await node.call<{ payment_request: string }>(
    'invoices',
    'addHoldInvoice',
    { hash, value: String(sats) },
  )
  return {
    invoice,
    paymentHash: hash.toString('hex'),
    async held() {
      await node.first<InvoiceState>(
        'invoices',
        'subscribeSingleInvoice',
        { r_hash: hash },
        ({ state }) => state === 'ACCEPTED',
      )
    },
    async settle() {
      await node.call('invoices', 'settleInvoice', { preimage })
    },
    async cancel() {
      await node.call('invoices', 'cancelInvoice', { payment_hash: hash })
    },
  }
}

export const cancelInvoice = async (node: LndNode, { paymentHash }: RecipientInvoice): Promise<void> => {
  await node.call('invoices', 'cancelInvoice', { payment_hash: Buffer.from(paymentHash, 'hex') })
}

/** What the recipient's own node says of its invoice. */
export const lookupInvoice = (node: LndNode, { paymentHash }: RecipientInvoice): Promise<InvoiceState> =>
  node.call<InvoiceState>('default', 'lookupInvoice', { r_hash: Buffer.from(paymentHash, 'hex') })

/** How many payments the payer's own node has recorded for a hash. */
export const paymentsOf = async (node: LndNode, paymentHash: string): Promise<{ status: string }[]> => {
  const { payments } = await node.call<{ payments: { payment_hash: string; status: string }[] }>(
    'default',
    'listPayments',
    { include_incomplete: true },
  )
  return payments.filter((payment) => payment.payment_hash === paymentHash)
}

/** Sends a payment and does not wait for what becomes of it. */
export const startPaying = async (node: LndNode, invoice: string): Promise<void> => {
  const stream = await node.stream('router', 'sendPaymentV2', {
    payment_request: invoice,
    timeout_seconds: 60,
    fee_limit_sat: '100',
  })
  stream.on('data', () => {})
  stream.on('error', () => {})
}
