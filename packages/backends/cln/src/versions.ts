import { LightningError } from '@lightning-mcp/core'
import { METHODS, type Method } from './methods.ts'

/** Pages of listsendpays, and the `wait` that tells where they end, are in every Core Lightning from this on. */
const OLDEST_VERSION: Version = [23, 11]

type Version = readonly [year: number, month: number]

/** `v26.06.6`, `v24.11-modded`; a build that says something else is somebody's own. */
export function parseVersion(text: string): Version | undefined {
  const [, year, month] = /^v?(\d{1,2})\.(\d{1,2})/.exec(text) ?? []
  return year === undefined || month === undefined ? undefined : [Number(year), Number(month)]
}

const isOlder = ([year, month]: Version, [thanYear, thanMonth]: Version): boolean =>
  year < thanYear || (year === thanYear && month < thanMonth)

/** A build without a version number may try. */
export function refuseOldVersion(text: string): void {
  const version = parseVersion(text)
  if (version === undefined || !isOlder(version, OLDEST_VERSION)) return
  throw new LightningError({
    code: 'unsupported',
    message: `Core Lightning ${text} is too old`,
    hint: `Upgrade it to v${OLDEST_VERSION.join('.')} or later.`,
  })
}

/** What a node of this version has, where `help` may not be asked. */
export function methodsOf(text: string): ReadonlySet<string> {
  const version = parseVersion(text) ?? [99, 12]
  return new Set(
    (Object.keys(METHODS) as Method[]).filter((method) => {
      const since = parseVersion(METHODS[method])
      return since === undefined || !isOlder(version, since)
    }),
  )
}
