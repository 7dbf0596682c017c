import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { conformanceScenarios } from '../src/conformance-scenarios.ts'
import { conformanceRequirements } from '../src/index.ts'

const ids = conformanceRequirements.map(({ id }) => id)
const scenarioIds = conformanceScenarios.map(({ id }) => id)
const run = conformanceRequirements.filter(
  ({ suite, deferred }) => suite === undefined && deferred === undefined,
)

describe('requirements', () => {
  test('each id is there once', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('the 77 numbered cases are all there', () => {
    const numbers = conformanceRequirements.flatMap(({ number }) => (number === undefined ? [] : [number]))
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 77 }, (_, index) => index + 1))
  })

  test('the four that need a ledger belong to the wallet', () => {
    const walletOnly = conformanceRequirements.filter(({ suite }) => suite === 'wallet')
    expect(walletOnly.map(({ number }) => number)).toEqual([21, 45, 46, 53])
  })

  test('a required one needs nothing but the smallest harness', () => {
    expect(run.filter(({ level, needs }) => level === 'required' && needs !== undefined)).toEqual([])
  })

  test('a behaviour is one sentence', () => {
    expect(conformanceRequirements.filter(({ behavior }) => !/^[A-Z"`].*[.]$/.test(behavior))).toEqual([])
  })

  test('what is deferred says why', () => {
    for (const { deferred } of conformanceRequirements)
      expect(deferred ?? 'a reason, in words').toMatch(/\w+ \w+/)
  })
})

describe('scenarios', () => {
  test('each requirement that is run has one', () => {
    expect(run.map(({ id }) => id).filter((id) => !scenarioIds.includes(id))).toEqual([])
  })

  test('each verifies a requirement that is run, once', () => {
    const runnable = run.map(({ id }) => id)
    expect(scenarioIds.filter((id) => !runnable.includes(id))).toEqual([])
    expect(scenarioIds.filter((id, index) => scenarioIds.indexOf(id) !== index)).toEqual([])
  })
})

describe("behaviours in core's comments", () => {
  const core = join(import.meta.dirname, '../../core/src')
  /** Every bullet behind a `Behavior:`, in one line. */
  const bullets = readdirSync(core, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(core, file), 'utf8').matchAll(/Behavior:(.*?)\*\//gs)])
    .flatMap(([, comment]) =>
      comment!
        .replace(/\s*\n\s*\*\s?/g, ' ')
        .split(/ - (?=[A-Z])/)
        .slice(1),
    )
  const casesOf = (bullet: string) => /\[([a-z0-9^, -]+)\]\s*$/.exec(bullet)?.[1]?.split(', ') ?? []

  test('each names the cases that prove it', () => {
    expect(bullets.length).toBeGreaterThan(60)
    expect(bullets.filter((bullet) => casesOf(bullet).length === 0)).toEqual([])
  })

  test('each case that is named is a requirement', () => {
    expect(bullets.flatMap(casesOf).filter((id) => !ids.includes(id))).toEqual([])
  })
})

test('vitest is no dependency of the published kit', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(Object.keys(manifest.dependencies)).toEqual(['@lightning-mcp/codec', '@lightning-mcp/core'])
})
