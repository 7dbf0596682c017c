import { type Config, revealOptions } from '@lightning-mcp/config'
import { LightningError } from '@lightning-mcp/core'

/** What is wrong with a backend's options, as far as it shows before anything connects. */
export interface OptionFaults {
  /** They do not fit together: nothing can be made from them. */
  misfit?: LightningError
  /** They do, and the credential that they name is missing or is none. */
  unreadable?: LightningError
}

/** Tries the options on the backend, which asks no node for it. */
export async function checkBackendOptions({
  backend: { module, options },
}: Pick<Config, 'backend'>): Promise<OptionFaults> {
  const plain = revealOptions(options)
  try {
    await (await module.createBackend(plain, {})).close()
  } catch (error) {
    return isFault(error) ? { misfit: error } : {}
  }
  try {
    await module.readCredential?.(plain)
  } catch (error) {
    return isFault(error) ? { unreadable: error } : {}
  }
  return {}
}

const isFault = (error: unknown): error is LightningError =>
  LightningError.is(error) && error.code === 'invalid_request'
