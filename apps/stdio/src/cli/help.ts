import {
  backendHelp,
  backendsHelp,
  loadBackendModule,
  parseArguments,
  settingsHelp,
} from '@lightning-mcp/config'
import type { Invocation } from '../program.ts'

const USAGE = `A Lightning wallet for AI agents: an MCP server over stdio.

Usage:
  lightning-mcp [settings]          serve MCP on stdin and stdout
  lightning-mcp doctor [settings]   check connection, permissions, sync and liquidity (--json)
  lightning-mcp init [settings]     write a configuration file and print client settings (--yes, --force)
  lightning-mcp owner COMMAND       the owner's key, limits, approvals, accounts, books, pause (owner --help)
  lightning-mcp approvals [...]     payments that wait for the owner's word (approvals --help)
  lightning-mcp audit [...]         why payments were allowed or refused; checks the books (audit --help)
`

/** `--help`; with `--backend NAME` also that backend's own options. */
export async function help({ argv, env, cwd }: Invocation): Promise<string> {
  const { flags } = parseArguments({ argv, app: 'stdio' })
  const name = flags.backend ?? env['LIGHTNING_MCP_BACKEND']
  const backend =
    name === undefined || name === '' ? backendsHelp() : backendHelp(await loadBackendModule(name, { cwd }))
  return [USAGE, settingsHelp({ app: 'stdio' }), '', backend, ''].join('\n')
}
