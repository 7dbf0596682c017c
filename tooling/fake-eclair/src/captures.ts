import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from './json.ts'

/** One recorded exchange with a real Eclair 0.14.1, or the frames of one of its websockets. */
export interface Capture {
  name: string
  /** Which of the three nodes answered: `ecl-a` – `ecl-b` – `ecl-c` in a line. */
  node: string
  request?: {
    method: string
    path: string
    authorization: string | null
    content_type: string
    form: Readonly<Record<string, string | number>>
  }
  response?: { status: number; content_type: string; www_authenticate: string | null; json: Json }
  events?: readonly JsonObject[]
}

const FILE = join(import.meta.dirname, '..', 'captures', 'eclair-0.14.1.jsonl')

let captures: ReadonlyMap<string, Capture> | undefined

/** All captures, by name. Integers in them are below 2^53. */
export function readCaptures(): ReadonlyMap<string, Capture> {
  captures ??= new Map(
    readFileSync(FILE, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Capture)
      .map((capture) => [capture.name, capture]),
  )
  return captures
}

/** The captured answer: what of it does not depend on the network's state is answered as it stands. */
export function capturedAnswer<T extends Json = JsonObject>(name: string): T {
  const json = readCaptures().get(name)?.response?.json
  if (json === undefined) throw new Error(`there is no capture of the name ${name}`)
  return json as T
}
