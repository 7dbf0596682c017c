import type { Config } from '@lightning-mcp/config'
import type { WalletOptions } from '@lightning-mcp/wallet'
import type { Log } from './log.ts'

/**
 * Whose word counts, from the owner's folder. Real money needs an owner; what only calls itself a
 * simulator, because it was chosen by a path, counts as real.
 */
export async function ownerOf(
  config: Config,
  { log }: { log: Log },
): Promise<NonNullable<WalletOptions['owner']>> {
  const { ownerIn } = await import('@lightning-mcp/wallet')
  const owner = ownerIn(config.ownerDir, ({ message, hint }) => log.error(message, { next: hint }))
  return {
    required: config.backend.name !== 'simulator',
    get publicKey() {
      return owner.publicKey
    },
  }
}
