import type { Intent, IntentKind } from '../intents/intent.ts'
import { channelCloseStrategy } from './channel-close.ts'
import { channelOpenStrategy } from './channel-open.ts'
import { invoiceStrategy } from './invoice.ts'
import { keysendStrategy } from './keysend.ts'
import { offerStrategy } from './offer.ts'
import { onchainStrategy } from './onchain.ts'
import { spliceInStrategy, spliceOutStrategy } from './splice.ts'
import type { Strategy } from './strategy.ts'

/** How an intent is sent: by its kind, unless it stays inside the ledger. */
export type StrategyOf = (intent: Intent) => Strategy

/** How each kind of spending is sent and found again. */
export const STRATEGIES: Readonly<Record<IntentKind, Strategy>> = {
  invoice: invoiceStrategy,
  minted: invoiceStrategy,
  keysend: keysendStrategy,
  offer: offerStrategy,
  onchain: onchainStrategy,
  'channel-open': channelOpenStrategy,
  'channel-close': channelCloseStrategy,
  'splice-in': spliceInStrategy,
  'splice-out': spliceOutStrategy,
}
