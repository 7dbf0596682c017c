import { accountingCommands } from '../commands/accounting.ts'
import { channelCommands } from '../commands/channels.ts'
import { decodeCommands } from '../commands/decode.ts'
import { graphCommands } from '../commands/graph.ts'
import { infoCommands } from '../commands/info.ts'
import { invoiceCommands } from '../commands/invoices.ts'
import { keysendCommands } from '../commands/keysend.ts'
import { messageCommands } from '../commands/messages.ts'
import { offerCommands } from '../commands/offers.ts'
import { onchainCommands } from '../commands/onchain.ts'
import { payCommands } from '../commands/pay.ts'
import { paymentListCommands } from '../commands/payment-lists.ts'
import { peerCommands } from '../commands/peers.ts'
import { routingCommands } from '../commands/routing.ts'
import { runeCommands } from '../commands/runes.ts'
import { spliceCommands } from '../commands/splice.ts'
import { waitingCommands } from '../commands/waiting.ts'
import type { Commands } from './command.ts'

/** Every method that this fake serves. */
export const commands: Commands = {
  ...infoCommands,
  ...invoiceCommands,
  ...waitingCommands,
  ...payCommands,
  ...keysendCommands,
  ...paymentListCommands,
  ...offerCommands,
  ...channelCommands,
  ...spliceCommands,
  ...peerCommands,
  ...onchainCommands,
  ...routingCommands,
  ...graphCommands,
  ...messageCommands,
  ...decodeCommands,
  ...runeCommands,
  ...accountingCommands,
}
