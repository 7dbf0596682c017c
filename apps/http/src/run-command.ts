import {
  backendHelp,
  backendsHelp,
  ConfigError,
  loadConfig,
  parseArguments,
  printConfig,
  settingsHelp,
} from '@lightning-mcp/config'
import { LightningError } from '@lightning-mcp/core'
import manifest from '../package.json' with { type: 'json' }
import type { Server } from './serve.ts'
import { StartError } from './start-error.ts'

interface Command {
  argv: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
}

const HELP = `lightning-mcp-http ${manifest.version}
A Lightning wallet for AI agents: MCP over Streamable HTTP at POST /mcp.

Usage: lightning-mcp-http [--backend NAME] [--port PORT] [settings]
`

const USAGE_EXIT_CODE = 2

/** One start of the program; answers its exit code. */
export const runCommand = async ({ argv, env, cwd }: Command): Promise<number> => {
  try {
    const { action } = parseArguments({ argv, app: 'http' })
    if (action === 'version') return print(manifest.version)
    if (action === 'help') return print(await helpText({ argv, env, cwd }))
    const config = await loadConfig({ argv, env, cwd, app: 'http' })
    // from here on only its hash is in memory; what this process starts does not inherit it
    delete env['LIGHTNING_MCP_TOKEN']
    if (action === 'print-config') return print(printConfig(config))
    const { serve } = await import('./serve.ts')
    const server = await serve({ config, version: manifest.version, stderr: process.stderr })
    return await untilSignal(server)
  } catch (error) {
    // a LightningError: a tool or toolset that does not exist
    const isUsage = error instanceof ConfigError || LightningError.is(error)
    if (!isUsage && !(error instanceof StartError)) throw error
    const message = LightningError.is(error) ? `${error.message} ${error.hint ?? ''}` : error.message
    for (const line of message.split('\n')) process.stderr.write(`lightning-mcp-http: ${line}\n`)
    return isUsage ? USAGE_EXIT_CODE : 1
  }
}

const print = (text: string): number => {
  process.stdout.write(`${text}\n`)
  return 0
}

const helpText = async ({ argv, env, cwd }: Command): Promise<string> => {
  const sections = [HELP, settingsHelp({ app: 'http' }), '', backendsHelp()]
  const { flags } = parseArguments({ argv, app: 'http' })
  if (flags.backend !== undefined) {
    const { backend } = await loadConfig({ argv: [`--backend=${flags.backend}`], env, cwd, app: 'http' })
    sections.push('', backendHelp(backend.module))
  }
  return sections.join('\n')
}

/** Ends in order at the first signal, at once at the second. */
const untilSignal = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    let stopping = false
    const onSignal = (): void => {
      if (stopping) process.exit(1)
      stopping = true
      void server.stop().then(
        // what could not be ended would keep the process alive
        (complete) => process.exit(complete ? 0 : 1),
        (error: unknown) => {
          process.stderr.write(
            `lightning-mcp-http: ${error instanceof Error ? error.message : String(error)}\n`,
          )
          resolve(1)
        },
      )
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
