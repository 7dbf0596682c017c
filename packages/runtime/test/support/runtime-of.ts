import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@lightning-mcp/config'
import type { BackendModule } from '@lightning-mcp/core'
import { onTestFinished } from 'vitest'
import { createLog, openRuntime, type Runtime } from '../../src/index.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lightning-mcp-runtime-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Opened {
  runtime: Runtime
  /** Everything that was logged. */
  lines: string[]
}

/** A runtime as a server opens it, with another backend module in the place of the chosen one. */
export async function runtimeOf(
  module: BackendModule,
  { argv = [], home = temporaryFolder() }: { argv?: string[]; home?: string } = {},
): Promise<Opened> {
  const config = await loadConfig({ argv, env: { HOME: home }, cwd: home, app: 'stdio' })
  const lines: string[] = []
  const log = createLog({ level: 'debug', write: (line) => lines.push(line) })
  const backend = { name: module.kind, module, options: { values: {}, sources: {} } }
  const runtime = await openRuntime({ ...config, backend }, { log, version: '0.0.0' })
  onTestFinished(() => runtime.close())
  return { runtime, lines }
}
