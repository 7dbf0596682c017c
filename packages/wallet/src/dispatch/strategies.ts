import type { IntentKind } from '../intents/intent.ts'
import { invoiceStrategy } from './invoice.ts'
import type { Strategy } from './strategy.ts'

/** How each kind of spending is sent and found again. */
export const STRATEGIES = {
  invoice: invoiceStrategy,
  minted: invoiceStrategy,
} as Readonly<Record<IntentKind, Strategy>>
