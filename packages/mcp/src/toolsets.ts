import type { Tool } from './tool.ts'
import { addWatchtower } from './tools/add-watchtower.ts'
import { cancelInvoice } from './tools/cancel-invoice.ts'
import { checkConnection } from './tools/check-connection.ts'
import { closeChannel } from './tools/close-channel.ts'
import { connectPeer } from './tools/connect-peer.ts'
import { createHoldInvoice } from './tools/create-hold-invoice.ts'
import { createInvoice } from './tools/create-invoice.ts'
import { createOffer } from './tools/create-offer.ts'
import { createTestInvoice } from './tools/create-test-invoice.ts'
import { decodeInvoice } from './tools/decode-invoice.ts'
import { disconnectPeer } from './tools/disconnect-peer.ts'
import { estimateOnchainFees } from './tools/estimate-onchain-fees.ts'
import { estimateRouteFee } from './tools/estimate-route-fee.ts'
import { exportChannelBackup } from './tools/export-channel-backup.ts'
import { findRoutes } from './tools/find-routes.ts'
import { getBudget } from './tools/get-budget.ts'
import { getChannelBalance } from './tools/get-channel-balance.ts'
import { getFeeReport } from './tools/get-fee-report.ts'
import { getNode } from './tools/get-node.ts'
import { getOnchainAddress } from './tools/get-onchain-address.ts'
import { getPaymentStatus } from './tools/get-payment-status.ts'
import { getPayments } from './tools/get-payments.ts'
import { getWalletBalance } from './tools/get-wallet-balance.ts'
import { getWalletDetails } from './tools/get-wallet-details.ts'
import { getWatchtowerStats } from './tools/get-watchtower-stats.ts'
import { listChannels } from './tools/list-channels.ts'
import { listForwards } from './tools/list-forwards.ts'
import { listOffers } from './tools/list-offers.ts'
import { listPeers } from './tools/list-peers.ts'
import { listUtxos } from './tools/list-utxos.ts'
import { listWatchtowers } from './tools/list-watchtowers.ts'
import { mineBlocks } from './tools/mine-blocks.ts'
import { openChannel } from './tools/open-channel.ts'
import { pay } from './tools/pay.ts'
import { payInvoice } from './tools/pay-invoice.ts'
import { payKeysend } from './tools/pay-keysend.ts'
import { payLightningAddress } from './tools/pay-lightning-address.ts'
import { payTestInvoice } from './tools/pay-test-invoice.ts'
import { previewPayment } from './tools/preview-payment.ts'
import { removeWatchtower } from './tools/remove-watchtower.ts'
import { sendOnchain } from './tools/send-onchain.ts'
import { settleHoldInvoice } from './tools/settle-hold-invoice.ts'
import { signMessage } from './tools/sign-message.ts'
import { spliceIn } from './tools/splice-in.ts'
import { spliceOut } from './tools/splice-out.ts'
import { updateChannelPolicy } from './tools/update-channel-policy.ts'
import { verifyMessage } from './tools/verify-message.ts'
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
  payments: [pay, payKeysend, createOffer, listOffers, createHoldInvoice, settleHoldInvoice, cancelInvoice],
  channels: [
    listChannels,
    getChannelBalance,
    openChannel,
    closeChannel,
    updateChannelPolicy,
    spliceIn,
    spliceOut,
    listPeers,
    connectPeer,
    disconnectPeer,
  ],
  onchain: [getOnchainAddress, sendOnchain, listUtxos, estimateOnchainFees],
  network: [
    estimateRouteFee,
    findRoutes,
    getNode,
    listForwards,
    getFeeReport,
    signMessage,
    verifyMessage,
    exportChannelBackup,
  ],
  watchtower: [listWatchtowers, addWatchtower, removeWatchtower, getWatchtowerStats],
  simulator: [createTestInvoice, payTestInvoice, mineBlocks],
} as const satisfies Record<string, readonly Tool[]>

export type ToolsetName = keyof typeof TOOLSETS

export const TOOLSET_NAMES = Object.keys(TOOLSETS) as readonly ToolsetName[]

/** Listed unless told otherwise; `simulator` only where there is one. */
export const DEFAULT_TOOLSETS: readonly ToolsetName[] = ['wallet', 'simulator']
