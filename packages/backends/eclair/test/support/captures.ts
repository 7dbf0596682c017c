import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request to Eclair 0.14.1 and its answer, trimmed. */
export interface Capture {
  path: string
  form: Readonly<Record<string, string | number>>
  status: number
  json: unknown
}

const captures = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'eclair-0.14.1.json'), 'utf8'),
) as Record<string, Capture & { events: readonly unknown[] }>

export function capture(name: string): Capture {
  const found = captures[name]
  if (found === undefined) throw new Error(`there is no capture ${name}`)
  return found
}

/** What Eclair answered, to be changed by a test. */
export const answered = <T>(name: string): T => structuredClone(capture(name).json) as T

export const captureNames = (start: string): readonly string[] =>
  Object.keys(captures).filter((name) => name.startsWith(start))

/** The frames of a websocket, in order. */
export const frames = (name: string): readonly unknown[] => captures[name]!.events
