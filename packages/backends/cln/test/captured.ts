import { readFileSync } from 'node:fs'

interface Captured {
  params: Record<string, unknown>
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

let all: Readonly<Record<string, Captured>> | undefined

function read(): Readonly<Record<string, Captured>> {
  all ??= JSON.parse(readFileSync(new URL('./fixtures/captures.json', import.meta.url), 'utf8')) as Record<
    string,
    Captured
  >
  return all
}

export const captureNames = (): readonly string[] => Object.keys(read())

/** A reply of Core Lightning v26.06.6 on regtest, by the name of its capture. */
export function capture(name: string): Captured {
  const found = read()[name]
  if (found === undefined) throw new Error(`no capture ${name}`)
  return found
}

export const captured = <T>(name: string): T => capture(name).result as T
