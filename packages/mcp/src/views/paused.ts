import { cleanText } from '@lightning-mcp/core'
import type { SpendingPaused } from '@lightning-mcp/wallet'

/** Why nothing may be spent now, and what to do, in two sentences. */
export const pausedText = ({ reason, hint }: SpendingPaused): string => cleanText(`${reason}. ${hint}`, 600)
