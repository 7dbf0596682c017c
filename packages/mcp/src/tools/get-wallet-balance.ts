import * as z from 'zod'
import { amountShape, holds, holdsIf, optionalAmountShape, satsText } from '../amounts.ts'
import { defineTool, READS } from '../tool.ts'
import { accountShape, accountView } from '../views/account.ts'

export const getWalletBalance = defineTool({
  name: 'get_wallet_balance',
  title: 'Wallet balance',
  description:
    'What this account can spend and receive over Lightning now, in sats. On a shared node: its own balance.',
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
    ...accountShape,
  }),
  async run(_args, { wallet, signal }) {
    const balance = await wallet.getBalance({ signal })
    const data = {
      ...holds('balance', balance.spendableMsat),
      ...holdsIf('receivable', balance.receivableMsat),
      ...holdsIf('pending_outgoing', balance.pendingOutgoingMsat),
      ...holdsIf('pending_incoming', balance.pendingIncomingMsat),
      ...accountView(balance.account),
      ...(balance.onchain === undefined
        ? {}
        : {
            onchain_confirmed_sats: Number(balance.onchain.confirmedSat),
            onchain_unconfirmed_sats: Number(balance.onchain.unconfirmedSat),
          }),
    }
    const receivable =
      data.receivable_sats === undefined ? '' : `, receivable ${satsText(data.receivable_sats)}`
    const whose = balance.account?.kind === 'tracked' ? ` of account ${balance.account.name}` : ''
    return { data, text: `Spendable now${whose}: ${satsText(data.balance_sats)}${receivable}.` }
  },
})
