import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One exchange with a real Core Lightning v26.06.6, recorded on regtest. Integers above 2^53 are rounded here. */
export interface Capture {
  name: string
  /** Which of the three nodes of the line a - b - c answered. */
  node?: string
  note?: string
  request?: { method: string; params?: unknown; filter?: unknown } & Record<string, unknown>
  response?: { result?: unknown; error?: unknown } & Record<string, unknown>
  /** Of frames: the bytes. */
  sent?: string
  received?: string
}

let read: ReadonlyMap<string, Capture> | undefined

/** All of them, by name. */
export function captures(): ReadonlyMap<string, Capture> {
  read ??= new Map(
    readFileSync(join(import.meta.dirname, '..', 'captures', 'core-lightning.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Capture)
      .map((capture) => [capture.name, capture]),
  )
  return read
}

/** What `help` answers for each method. */
export function helpTexts(): readonly string[] {
  const { help } = captures().get('help-all')?.response?.result as { help: { command: string }[] }
  return help.map(({ command }) => command)
}
