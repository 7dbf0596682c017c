import type { Tool } from './tool.ts'
import { checkConnection } from './tools/check-connection.ts'
import { createInvoice } from './tools/create-invoice.ts'
import { createTestInvoice } from './tools/create-test-invoice.ts'
import { decodeInvoice } from './tools/decode-invoice.ts'
import { getBudget } from './tools/get-budget.ts'
import { getChannelBalance } from './tools/get-channel-balance.ts'
import { getPaymentStatus } from './tools/get-payment-status.ts'
import { getPayments } from './tools/get-payments.ts'
import { getWalletBalance } from './tools/get-wallet-balance.ts'
import { getWalletDetails } from './tools/get-wallet-details.ts'
import { listChannels } from './tools/list-channels.ts'
import { listPeers } from './tools/list-peers.ts'
import { mineBlocks } from './tools/mine-blocks.ts'
import { payInvoice } from './tools/pay-invoice.ts'
import { payLightningAddress } from './tools/pay-lightning-address.ts'
import { payTestInvoice } from './tools/pay-test-invoice.ts'
import { previewPayment } from './tools/preview-payment.ts'
import { waitForPayment } from './tools/wait-for-payment.ts'

/** Every tool there is, by toolset, in the order in which they are listed. */
export const TOOLSETS = {
  wallet: [
    getWalletBalance,
    getWalletDetails,
    createInvoice,
    decodeInvoice,
    previewPayment,
    payInvoice,
    payLightningAddress,
    getPaymentStatus,
    getPayments,
    waitForPayment,
    getBudget,
    checkConnection,
  ],
  channels: [listChannels, getChannelBalance, listPeers],
  simulator: [createTestInvoice, payTestInvoice, mineBlocks],
} as const satisfies Record<string, readonly Tool[]>

export type ToolsetName = keyof typeof TOOLSETS

export const TOOLSET_NAMES = Object.keys(TOOLSETS) as readonly ToolsetName[]

/** Listed unless told otherwise; `simulator` only where there is one. */
export const DEFAULT_TOOLSETS: readonly ToolsetName[] = ['wallet', 'simulator']
