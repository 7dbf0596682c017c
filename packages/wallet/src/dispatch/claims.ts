import type { Intent } from '../intents/intent.ts'
import type { LookContext } from './strategy.ts'

/**
 * Which of the things that look like ours is ours: the only one, that no other intent has, and that
 * none could have. Where anything is left to guess, none.
 */
export async function theOneOf<T>(
  intent: Intent,
  alike: readonly T[],
  nameOf: (candidate: T) => string,
  { store, profile }: Pick<LookContext, 'store' | 'profile'>,
): Promise<T | undefined> {
  if (alike.length === 0) return undefined
  const { identity } = profile
  return store.read(async (reader) => {
    const free: T[] = []
    for (const candidate of alike) {
      const holder = await reader.intentByBackendPaymentId(identity, nameOf(candidate))
      if (holder === undefined || holder.paymentId === intent.paymentId) free.push(candidate)
    }
    if (free.length !== 1) return undefined
    const rivals = await reader.heldSpends(identity)
    const isRival = (other: Intent): boolean =>
      other.paymentId !== intent.paymentId &&
      other.kind === intent.kind &&
      other.destination === intent.destination &&
      other.backendPaymentId === undefined &&
      other.amountMsat === intent.amountMsat &&
      other.capitalMsat === intent.capitalMsat
    return rivals.some(isRival) ? undefined : free[0]
  })
}
