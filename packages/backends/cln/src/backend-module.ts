import { type BackendModule, INTERFACE_VERSION } from '@lightning-mcp/core'
import { createClnBackend } from './cln-backend.ts'
import { clnCapabilities } from './methods.ts'
import { type ClnBackendOptions, checkOptions, clnOptions, loadRestConnection } from './options.ts'
import { capabilitiesWith, mayCall } from './permissions.ts'
import { readRune } from './rune.ts'

/** Core Lightning, to be chosen by name. */
export const backendModule: BackendModule<ClnBackendOptions> = {
  interfaceVersion: INTERFACE_VERSION,
  kind: 'cln',
  title: 'Core Lightning, over its unix socket or clnrest',
  capabilities: clnCapabilities,
  options: clnOptions,
  credentials: {
    spend:
      'Use clnrest with a rune that may read, receive and send only: the socket, and a rune without restrictions, may do everything. docs/backends/cln.md has the createrune commands.',
    receive:
      'Or give an agent with a shell a rune that may only be paid, and neither the socket nor its group: docs/backends/cln.md has the createrune command.',
  },
  createBackend: (options) => createClnBackend(options),
  async readCredential(options) {
    const checked = checkOptions(options)
    // whoever may open the socket may do everything
    if ('socket' in checked) return clnCapabilities
    const { rune } = await loadRestConnection(checked)
    const contents = readRune(rune.reveal())
    const now = Math.floor(Date.now() / 1000)
    return capabilitiesWith((method) => mayCall(contents, method, now))
  },
}
