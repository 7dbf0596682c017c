import { createHash, randomBytes } from 'node:crypto'
import type {
  Counterparty,
  CounterpartyInvoice,
  CounterpartyInvoiceRequest,
} from '@lightning-mcp/backend-testkit'
import { type Msat, msat, nodeId, type PaymentHash, paymentHash } from '@lightning-mcp/core'
import type { LndNode } from '@lightning-mcp/nodes'

const bytes = (hash: PaymentHash): Buffer => Buffer.from(hash, 'hex')

const terms = ({ amountMsat, description, expirySeconds }: CounterpartyInvoiceRequest): object => ({
  ...(amountMsat === undefined ? {} : { value_msat: String(amountMsat) }),
  memo: description ?? 'from the other side',
  expiry: String(expirySeconds ?? 3600),
})

/** A real LND node as the other side, driven by raw calls: none of the adapter's code is used. */
export function lndCounterparty(node: LndNode): Counterparty {
  const secrets = new Map<PaymentHash, Buffer>()
  const invoiceState = (hash: PaymentHash) =>
    node.call<{ state: string; amt_paid_msat: string }>('default', 'lookupInvoice', { r_hash: bytes(hash) })
  const send = async (request: object): Promise<void> => {
    const last = await node.first<{ status: string; failure_reason: string }>(
      'router',
      'sendPaymentV2',
      { timeout_seconds: 30, fee_limit_msat: '1000000', no_inflight_updates: true, ...request },
      ({ status }) => status === 'SUCCEEDED' || status === 'FAILED',
    )
    if (last.status !== 'SUCCEEDED')
      throw new Error(`the other side's payment failed: ${last.failure_reason}`)
  }
  const amount = (amountMsat: Msat | undefined): object =>
    amountMsat === undefined ? {} : { amt_msat: String(amountMsat) }
  return {
    nodeId: nodeId(node.pubkey),
    async createInvoice(request): Promise<CounterpartyInvoice> {
      const reply = await node.call<{ r_hash: Buffer; payment_request: string }>(
        'default',
        'addInvoice',
        terms(request),
      )
      return { invoice: reply.payment_request, paymentHash: paymentHash(reply.r_hash.toString('hex')) }
    },
    pay: ({ invoice, amountMsat }) => send({ payment_request: invoice, ...amount(amountMsat) }),
    async overpay({ invoice, amountMsat }) {
      const decoded = await node.call<{
        destination: string
        payment_hash: string
        payment_addr: Buffer
        cltv_expiry: string
      }>('default', 'decodePayReq', { pay_req: invoice })
      await send({
        dest: Buffer.from(decoded.destination, 'hex'),
        payment_hash: Buffer.from(decoded.payment_hash, 'hex'),
        payment_addr: decoded.payment_addr,
        final_cltv_delta: Number(decoded.cltv_expiry),
        // TLV onion, payment secret, multi-part
        dest_features: [9, 15, 17],
        ...amount(amountMsat),
      })
    },
    async received(hash) {
      const { state, amt_paid_msat } = await invoiceState(hash)
      return msat(state === 'SETTLED' ? BigInt(amt_paid_msat) : 0n)
    },
    async cancelInvoice(hash) {
      await node.call('invoices', 'cancelInvoice', { payment_hash: bytes(hash) })
    },
    hold: {
      async createInvoice(request) {
        const secret = randomBytes(32)
        const hash = paymentHash(createHash('sha256').update(secret).digest('hex'))
        secrets.set(hash, secret)
        const reply = await node.call<{ payment_request: string }>('invoices', 'addHoldInvoice', {
          ...terms(request),
          hash: bytes(hash),
        })
        return { invoice: reply.payment_request, paymentHash: hash }
      },
      async accepted(hash) {
        await node.first<{ state: string }>(
          'invoices',
          'subscribeSingleInvoice',
          { r_hash: bytes(hash) },
          ({ state }) => state === 'ACCEPTED',
        )
      },
      async settle(hash) {
        await node.call('invoices', 'settleInvoice', { preimage: secrets.get(hash) })
      },
      async cancel(hash) {
        await node.call('invoices', 'cancelInvoice', { payment_hash: bytes(hash) })
      },
    },
  }
}
