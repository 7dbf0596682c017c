import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAsIs, type SuiteResult } from '../conformance/run-suite.ts'
import { type HttpServer, startHttpServer } from '../servers/http-server.ts'

/** The scenarios that ask for no tool, prompt or resource of the suite's own. */
const WITHOUT_FIXTURES = {
  '2026-07-28': [
    'caching',
    'dns-rebinding-protection',
    'http-header-validation',
    'input-required-result-unsupported-methods',
    'input-required-result-validate-input',
    'prompts-list',
    'resources-list',
    'sep-2164-resource-not-found',
    'server-sse-multiple-streams',
    'tools-list',
  ],
  '2025-11-25': [
    'dns-rebinding-protection',
    'ping',
    'prompts-list',
    'resources-list',
    'server-initialize',
    'tools-list',
  ],
} as const

describe('the MCP conformance suite against the real server', () => {
  let server: HttpServer
  beforeAll(async () => {
    server = await startHttpServer({ args: ['--backend', 'simulator'] })
  })
  afterAll(() => server.end('SIGTERM'))

  describe.each(['2026-07-28', '2025-11-25'] as const)('%s', (revision) => {
    let result: SuiteResult
    beforeAll(async () => {
      result = await runAsIs(server.url, revision)
    }, 120_000)

    test.each(WITHOUT_FIXTURES[revision])('%s has no failure', (scenario) => {
      const { passed, failed } = result.scenarios.get(scenario) ?? { passed: 0, failed: -1 }
      expect(passed, result.output).toBeGreaterThan(0)
      expect(failed, result.output).toBe(0)
    })
  })
})
