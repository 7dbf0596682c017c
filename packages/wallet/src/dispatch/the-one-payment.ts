import type { Payment } from '@lightning-mcp/core'
import type { Intent } from '../intents/intent.ts'
import type { LookContext } from './strategy.ts'

/**
 * Which of the payments that look like ours is ours: the only one whose hash no other intent has, as
 * long as no other intent could have it. Where anything is left to guess, none.
 */
export async function theOnePayment(
  intent: Intent,
  alike: readonly Payment[],
  { store, profile }: Pick<LookContext, 'store' | 'profile'>,
): Promise<Payment | undefined> {
  if (alike.length === 0) return undefined
  const { identity } = profile
  return store.read(async (reader) => {
    const free: Payment[] = []
    for (const payment of alike)
      if ((await reader.countIntentsByHash(payment.paymentHash)) === 0) free.push(payment)
    if (free.length !== 1) return undefined
    const rivals = await reader.openOffers(identity, intent)
    return rivals.some(({ paymentId }) => paymentId !== intent.paymentId) ? undefined : free[0]
  })
}
