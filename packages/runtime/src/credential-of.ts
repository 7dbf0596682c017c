import { type Config, revealOptions } from '@lightning-mcp/config'
import type { Capabilities } from '@lightning-mcp/core'

/** What the credential of the configured backend says of itself; `undefined`: it says nothing, or cannot be read. */
export async function credentialOf({
  backend: { module, options },
}: Pick<Config, 'backend'>): Promise<Capabilities | undefined> {
  return module.readCredential?.(revealOptions(options)).catch(() => undefined)
}
