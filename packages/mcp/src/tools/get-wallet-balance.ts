import * as z from 'zod'
import { amountShape, holds, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { defineTool, READS } from '../tool.ts'

export const getWalletBalance = defineTool({
  name: 'get_wallet_balance',
  title: 'Wallet balance',
  description: 'What can be spent and received over Lightning now, in sats.',
  effect: 'read',
  annotations: READS,
  requires: ['getBalance'],
  input: z.strictObject({}),
  output: z.object({
    ...amountShape('balance'),
    ...optionalAmountShape('receivable'),
    ...optionalAmountShape('pending_outgoing'),
    ...optionalAmountShape('pending_incoming'),
    onchain_confirmed_sats: z.int().optional(),
    onchain_unconfirmed_sats: z.int().optional(),
  }),
  async run(_args, { wallet, signal }) {
    const balance = await wallet.getBalance({ signal })
    const data = {
      ...holds('balance', balance.spendableMsat),
      ...holdsIf('receivable', balance.receivableMsat),
      ...holdsIf('pending_outgoing', balance.pendingOutgoingMsat),
      ...holdsIf('pending_incoming', balance.pendingIncomingMsat),
      ...(balance.onchain === undefined
        ? {}
        : {
            onchain_confirmed_sats: Number(balance.onchain.confirmedSat),
            onchain_unconfirmed_sats: Number(balance.onchain.unconfirmedSat),
          }),
    }
    const receivable =
      data.receivable_sats === undefined ? '' : `, receivable ${satsText(data.receivable_sats)}`
    return { data, text: `Spendable now: ${satsText(data.balance_sats)}${receivable}.` }
  },
})
