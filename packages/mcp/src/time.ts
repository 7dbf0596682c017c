import type { UnixSeconds } from '@lightning-mcp/core'

/** ISO 8601 in UTC, to the second. */
export const isoTime = (seconds: UnixSeconds): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** The same of a time that may be unknown, as a field. */
export const isoTimeIf = <Name extends string>(name: Name, seconds: UnixSeconds | undefined) =>
  (seconds === undefined ? {} : { [name]: isoTime(seconds) }) as { [K in Name]?: string }
