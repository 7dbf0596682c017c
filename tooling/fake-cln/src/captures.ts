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

/** What a capture's call was answered. */
export function capturedResult(name: string): Readonly<Record<string, unknown>> {
  const result = captures().get(name)?.response?.result
  if (typeof result !== 'object' || result === null) throw new Error(`no capture ${name} with a result`)
  return result as Readonly<Record<string, unknown>>
}

/** What `help` answers for each method. */
export const helpTexts = (): readonly string[] =>
  (capturedResult('help-all')['help'] as readonly { command: string }[]).map(({ command }) => command)
