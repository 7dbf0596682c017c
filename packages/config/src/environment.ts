import type { ConfigProblem } from './config-error.ts'
import { didYouMean } from './did-you-mean.ts'
import { environmentName, isFrom, SETTING_NAMES, type SettingName } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the workspace's own tooling, which are no settings. */
const NOT_SETTINGS = new Set([
  'LIGHTNING_MCP_NODES_CACHE',
  'LIGHTNING_MCP_PNPM',
  'LIGHTNING_MCP_POSTGRES',
  'LIGHTNING_MCP_REQUIRE',
])

/** An option of a backend that has no name of its own in people's environments: `LIGHTNING_MCP_SIMULATOR_NODE`. */
const isOfBackend = (name: string, backends: readonly string[]): boolean =>
  backends.some((backend) => name.startsWith(`LIGHTNING_MCP_${backend.toUpperCase()}_`))

/**
 * Reads `LIGHTNING_MCP_*`. An empty variable counts as not set, as shells and container files write
 * it. A misspelt limit must not be overlooked: unknown names are problems.
 */
export function readEnvironment(
  env: Environment,
  { backends }: { backends: readonly string[] },
): {
  values: Partial<Record<SettingName, string>>
  problems: ConfigProblem[]
} {
  const byName = new Map(
    SETTING_NAMES.filter((name) => isFrom(name, 'environment')).map((name) => [environmentName(name), name]),
  )
  const values: Partial<Record<SettingName, string>> = {}
  const problems: ConfigProblem[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('LIGHTNING_MCP_') || value === undefined || value === '') continue
    if (NOT_SETTINGS.has(name) || isOfBackend(name, backends)) continue
    const setting = byName.get(name)
    if (setting === undefined)
      problems.push({
        source: 'environment',
        name,
        message: 'is not a known setting.',
        hint: didYouMean(name, [...byName.keys()]),
      })
    else values[setting] = value
  }
  return { values, problems }
}
