import { assertPayable } from '@lightning-mcp/codec'
import { type LightningBackend, LightningError } from '@lightning-mcp/core'
import { withCapabilityCheck } from '@lightning-mcp/layers'
import { type Bank, bankProfile, rowAsInvoice, rowAsPayment, rowsAsPage } from './bank.ts'

export function createMemoryBackend({ bank, wallet }: { bank: Bank; wallet: string }): LightningBackend {
  const profile = bankProfile(wallet)
  const refuse = (code: 'self_payment' | 'already_paid' | 'unsupported', message: string) =>
    new LightningError({ code, message })
  return withCapabilityCheck({
    kind: 'memory',
    capabilities: profile.capabilities,
    connect: async () => profile,
    getInfo: async () => ({ network: 'regtest' }),
    getBalance: async () => ({ spendableMsat: bank.balanceOf(wallet) }),
    createInvoice: async ({ amountMsat, description = '', expirySeconds }) =>
      bank.bill(wallet, { amountMsat: amountMsat!, description, expirySeconds }).invoice,
    async lookupInvoice({ paymentHash }) {
      const row = bank.find(paymentHash)
      return row?.owner === wallet ? rowAsInvoice(row, bank.now()) : undefined
    },
    async payInvoice(request) {
      const { decoded, amountMsat } = assertPayable(request, { network: 'regtest', nowSeconds: bank.now() })
      const { paymentHash } = decoded
      const failed = (reason: 'no_route' | 'insufficient_balance') =>
        ({ paymentHash, status: 'failed', amountMsat, failure: { reason, sameHashRetryable: true } }) as const
      const row = bank.find(paymentHash)
      if (row === undefined) return failed('no_route')
      if (row.owner === wallet) throw refuse('self_payment', 'this is an invoice of the same wallet')
      if (row.payer !== undefined) throw refuse('already_paid', 'this invoice has been paid')
      if (bank.balanceOf(wallet) < amountMsat) return failed('insufficient_balance')
      return rowAsPayment(bank.pay(wallet, row, amountMsat))
    },
    async lookupPayment(key) {
      const row = 'paymentHash' in key ? bank.find(key.paymentHash) : undefined
      return row?.payer === wallet ? rowAsPayment(row) : undefined
    },
    listTransactions: async (query) => rowsAsPage({ rows: bank.rows, now: bank.now() }, wallet, query),
    watch: () => {
      throw refuse('unsupported', 'a bank tells no events')
    },
    close: async () => {},
  })
}
