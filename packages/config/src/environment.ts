import type { ConfigProblem } from './config-error.ts'
import { didYouMean } from './nearest.ts'
import { environmentName, isFrom, SETTING_NAMES, type SettingName } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the workspace's own tooling and tests, which are no settings. */
const NOT_SETTINGS = new Set(['LIGHTNING_MCP_PNPM', 'LIGHTNING_MCP_REQUIRE'])
const NOT_SETTINGS_PREFIX = 'LIGHTNING_MCP_TEST_'

/**
 * Reads `LIGHTNING_MCP_*`. An empty variable counts as not set, as shells and container files write
 * it. A misspelt limit must not be overlooked: unknown names are problems.
 */
export function readEnvironment(env: Environment): {
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
    if (NOT_SETTINGS.has(name) || name.startsWith(NOT_SETTINGS_PREFIX)) continue
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
