import {
  type BackendHarness,
  type ConformanceOptions,
  type ConformanceSummary,
  conformanceRequirements,
  examineBackend,
  idsWith,
  runConformance,
} from '@lightning-mcp/backend-testkit'
import { expect, test } from 'vitest'
import { ignoresExpiry } from '../src/backends/ignores-expiry.ts'
import { type Breakage, createSimulatorHarness } from '../src/index.ts'

/** What a harness without faults and credentials cannot run. */
const UNRUNNABLE = ['lookup-overpaid', 'rate-limit-backs-off', 'secrets-absent-from-errors-and-logs']
const LAST = 'every requirement is accounted for'

/** Registers with a runner that only collects, then runs what is asked for; answers what turned red. */
async function collect(options: Partial<ConformanceOptions>, only: readonly string[]) {
  const registered = new Map<string, () => Promise<void>>()
  const skipped: string[] = []
  const groups: string[] = []
  let summary: ConformanceSummary | undefined
  await runConformance({
    test: Object.assign((name: string, run: () => Promise<void>) => registered.set(name, run), {
      skip: (name: string) => skipped.push(name),
    }),
    describe: (name, define) => {
      groups.push(name)
      define()
    },
    harness: lackingHarness(options.exceptions ? ignoresExpiry.breakage : undefined),
    report: (reported) => {
      summary = reported
    },
    ...options,
  })
  const red: Record<string, string> = {}
  for (const [name, run] of registered)
    if (name === LAST || only.some((id) => name.startsWith(`${id}:`)))
      await run().catch((error: Error) => {
        red[name.split(':')[0]!] = error.message
      })
  return { registered: [...registered.keys()], skipped, groups, red, summary: summary! }
}

/** Has less to offer than the whole one. */
function lackingHarness(breakage?: Breakage): BackendHarness {
  const whole = createSimulatorHarness('collected', breakage)
  return {
    ...whole,
    async openStage() {
      const { secrets: _, ...stage } = await whole.openStage()
      const { overpay: __, ...counterparty } = stage.counterparty
      const { limitRate: ___, ...faults } = stage.faults ?? {}
      return { ...stage, counterparty, faults }
    },
  }
}

test('one test is registered for each case that is run, and a last one', async () => {
  const { registered, skipped, groups, red, summary } = await collect({}, ['create-fixed'])
  expect(groups).toEqual(['conformance of collected'])
  expect(registered.at(-1)).toBe(LAST)
  expect(registered).toContain('create-fixed: An invoice asks for the amount that was given.')
  expect(skipped.map((name) => name.split(':')[0]).sort()).toEqual(UNRUNNABLE)
  expect(red).toEqual({})
  expect(idsWith(summary, 'passed')).toEqual(['create-fixed'])
  expect(idsWith(summary, 'wallet-suite')).toHaveLength(4)
})

test('a failing case is red', async () => {
  const harness = createSimulatorHarness('broken', ignoresExpiry.breakage)
  const { red } = await collect({ harness }, ['create-expiry-honoured', 'create-fixed'])
  expect(red).toEqual({ 'create-expiry-honoured': expect.stringContaining('expiry in the text') })
})

test('an excepted case that fails is green, one that passes is red', async () => {
  const exceptions = { 'create-expiry-honoured': 'known', 'create-fixed': 'stale' }
  const { red, summary } = await collect({ exceptions }, Object.keys(exceptions))
  expect(red).toEqual({ 'create-fixed': 'it passes: remove the exception "stale"' })
  expect(idsWith(summary, 'expected-failure')).toEqual(['create-expiry-honoured'])
})

test('an exception for a case that is not run is red', async () => {
  const exceptions = { 'rate-limit-backs-off': 'hopeful' }
  const { red } = await collect({ exceptions }, Object.keys(exceptions))
  expect(red['rate-limit-backs-off']).toContain('it is not run: not-runnable')
})

test('an exception for no requirement is refused', async () => {
  await expect(collect({ exceptions: { 'create-fixt': 'typo' } }, [])).rejects.toThrow('create-fixt')
})

test('other skips than the expected ones are red', async () => {
  expect((await collect({ expectedSkips: UNRUNNABLE }, [])).red).toEqual({})
  const { red } = await collect({ expectedSkips: UNRUNNABLE.slice(1) }, [])
  expect(red[LAST]).toContain('cases that this harness cannot run')
})

test('a backend that hangs is red, not endless', async () => {
  const harness = createSimulatorHarness('hanging', (wallet) =>
    Object.defineProperty(Object.create(wallet), 'createInvoice', {
      value: () => new Promise(() => undefined),
    }),
  )
  const summary = await examineBackend({ harness, only: ['create-fixed'] })
  expect(summary.results).toEqual([
    { id: 'create-fixed', outcome: 'failed', reason: 'create-fixed did not end' },
  ])
})

test('every requirement is in the summary once', async () => {
  const { summary, registered } = await collect({}, [])
  const ids = [...summary.results.map(({ id }) => id), ...registered.map((name) => name.split(':')[0]!)]
  expect(ids.filter((id) => id !== LAST).sort()).toEqual(conformanceRequirements.map(({ id }) => id).sort())
})
