import { assertPayable } from '@lightning-mcp/codec'
import { LightningError, MAX_MSAT, type Msat, type PaymentHash } from '@lightning-mcp/core'
import { mineBlocks } from '../chain/mine-blocks.ts'
import { createInvoice } from '../invoices/create-invoice.ts'
import type { NetworkState } from '../network-state.ts'
import { createOffer } from '../offers/keep-offers.ts'
import { startPayment } from '../payments/start-payment.ts'
import { waitForPayment } from '../payments/wait-for-payment.ts'

const TEST_INVOICE_SECONDS = 3600
const PATIENCE_SECONDS = 20

export interface TestInvoice {
  invoice: string
  paymentHash: PaymentHash
}

export interface TestOffer {
  /** BOLT 12 text; stays payable until the network ends. */
  offer: string
  offerId: string
}

export interface TestPayment {
  status: 'settled' | 'pending' | 'failed'
  paymentHash: PaymentHash
  feeMsat?: Msat
}

/** The other side of a wallet's payments, played by `counterparty`. None of it spends the wallet's money. */
export const controlCalls = (state: NetworkState, name: string, counterparty: string) => ({
  createTestInvoice: (request: { amountMsat?: Msat; memo?: string }): TestInvoice =>
    state.change(() => {
      const { invoice, paymentHash } = createInvoice(state, {
        node: otherThan(name, counterparty),
        amountMsat: request.amountMsat,
        description: request.memo,
        expirySeconds: TEST_INVOICE_SECONDS,
      })
      return { invoice: invoice ?? '', paymentHash }
    }),

  createTestOffer: (request: { amountMsat?: Msat; memo?: string }): TestOffer =>
    state.change(() => {
      const { offer, offerId } = createOffer(state, otherThan(name, counterparty), {
        ...(request.amountMsat === undefined ? {} : { amountMsat: request.amountMsat }),
        ...(request.memo === undefined ? {} : { description: request.memo }),
      })
      return { offer, offerId }
    }),

  payTestInvoice: async (request: { invoice: string; amountMsat?: Msat }): Promise<TestPayment> => {
    const { decoded, amountMsat } = assertPayable(request, { network: 'regtest', nowSeconds: state.now() })
    const payment = state.change(() =>
      startPayment(state, {
        node: otherThan(name, counterparty),
        paymentHash: decoded.paymentHash,
        destination: decoded.payee,
        amountMsat,
        maxFeeMsat: MAX_MSAT,
        finalCltvDelta: decoded.minFinalCltvDelta,
        timeoutSeconds: PATIENCE_SECONDS,
        paymentSecret: decoded.paymentSecret,
        description: decoded.description,
      }),
    )
    // without latency a payment that is still pending is one that is held
    if (state.faults.latencyMs > 0) await waitForPayment(state, payment, PATIENCE_SECONDS * 1000)
    return {
      status: payment.status,
      paymentHash: payment.paymentHash,
      ...(payment.feeMsat === undefined ? {} : { feeMsat: payment.feeMsat }),
    }
  },

  mineBlocks: (request: { count: number }): { blockHeight: number } => ({
    blockHeight: state.change(() => mineBlocks(state, request.count)),
  }),
})

function otherThan(name: string, counterparty: string): string {
  if (name !== counterparty) return counterparty
  throw new LightningError({
    code: 'invalid_request',
    message: 'this wallet is the counterparty itself: the test tools would spend its own money',
    hint: 'Open another node of the network, such as alice.',
  })
}
