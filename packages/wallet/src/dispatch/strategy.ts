import type { BackendProfile, LightningBackend } from '@lightning-mcp/core'
import type { Clock } from '../clock.ts'
import type { Intent } from '../intents/intent.ts'
import type { Outcome } from '../intents/outcome.ts'
import type { WalletStore } from '../store/wallet-store.ts'

/** What an answer means for the intent as it stands once the answer is written down. Pure. */
export type Judge = (current: Intent, nowMs: number) => Outcome

/** Puts one question to the backend, and gives up on one that does not answer. Rejects then. */
export type Ask = <T>(work: (backend: LightningBackend, signal: AbortSignal) => Promise<T>) => Promise<T>

export interface LookContext {
  ask: Ask
  profile: BackendProfile
  store: WalletStore
  clock: Clock
}

/** How one kind of spending is put to a backend, and how it is found there again. */
export interface Strategy {
  /** Whether the intent has all that it takes to be sent. */
  isReady(intent: Intent): boolean
  /** Sends, once. Throws what the backend threw; everything that it answered is a judgement. */
  send(
    intent: Intent,
    backend: LightningBackend,
    options: { signal: AbortSignal; timeoutSeconds: number },
  ): Promise<Judge>
  /** After a refusal because the backend knows the payment: what it has on record, if that is this one. */
  adopt?(intent: Intent, context: Pick<LookContext, 'ask'>): Promise<Judge | undefined>
  /** Asks what became of it. Rejects where the backend does not answer, which proves nothing. */
  lookUp(intent: Intent, context: LookContext): Promise<Judge>
}
