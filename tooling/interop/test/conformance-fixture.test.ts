import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runRequirements } from '../conformance/run-suite.ts'
import { serveFixture } from '../conformance/serve-fixture.ts'

describe('the MCP conformance suite against a fixture on our HTTP app', () => {
  let fixture: Awaited<ReturnType<typeof serveFixture>>
  beforeAll(async () => {
    fixture = await serveFixture()
  })
  afterAll(() => fixture.app.close())

  test.each([
    { revision: '2026-07-28', scenarios: 37 },
    { revision: '2025-11-25', scenarios: 30 },
  ])('what $revision requires is met, or fails as written down', { timeout: 240_000 }, async (given) => {
    const { exitCode, scenarios, output } = await runRequirements(fixture.url, given.revision)
    expect(scenarios.size, output).toBeGreaterThanOrEqual(given.scenarios)
    expect(exitCode, output).toBe(0)
  })
})
