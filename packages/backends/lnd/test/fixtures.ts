import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A reply as captured from LND v0.20.1-beta by harness/capture-fixtures.ts, with its bytes as buffers again. */
export const fixture = <T>(name: string): T =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'),
    (_key, value: { $hex?: string } | null) =>
      typeof value?.$hex === 'string' ? Buffer.from(value.$hex, 'hex') : value,
  ) as T
