import { ConfigError, loadConfig } from '@lightning-mcp/config'
import { cleanText } from '@lightning-mcp/core'
import { createLog, openRuntime, ownerAdvice, type Runtime } from '@lightning-mcp/runtime'
import { guardStdout } from '../guard-stdout.ts'
import type { Invocation } from '../program.ts'
import { VERSION } from '../version.ts'
import { findings } from './doctor-checks.ts'
import { type Finding, failure, type Verdict } from './doctor-findings.ts'

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: 'ok     ',
  warn: 'warning',
  fail: 'FAILED ',
  skipped: 'skipped',
}

/**
 * Looks whether the wallet would work with these settings and says what to fix.
 * Exit code 0: nothing failed; 1: something did. `--json` prints the findings as data.
 */
export async function doctor({ argv, env, cwd }: Invocation): Promise<number> {
  const stdout = guardStdout()
  const asJson = argv.includes('--json')
  const found = await examine({ argv: argv.filter((argument) => argument !== '--json'), env, cwd })
  const failed = found.some(({ verdict }) => verdict === 'fail')
  stdout.write(asJson ? `${JSON.stringify({ ok: !failed, findings: found }, undefined, 2)}\n` : asText(found))
  return failed ? 1 : 0
}

/** Everything that was found; the node is asked, and nothing is sent. */
export async function examine(invocation: Invocation): Promise<Finding[]> {
  let config: Awaited<ReturnType<typeof loadConfig>>
  try {
    config = await loadConfig({ ...invocation, app: 'stdio' })
  } catch (error) {
    if (!(error instanceof ConfigError) || error.isUsage) throw error
    return error.problems.map(({ name, message, hint }) => ({
      check: 'settings',
      verdict: 'fail',
      message: `${name}: ${message}`,
      ...(hint === undefined ? {} : { fix: hint }),
    }))
  }
  const settings: Finding[] =
    config.warnings.length === 0
      ? [{ check: 'settings', verdict: 'ok', message: `backend ${config.backend.name}` }]
      : config.warnings.map((message) => ({ check: 'settings', verdict: 'warn', message }))
  const log = createLog({ level: 'silent', write: () => undefined })
  let runtime: Runtime
  try {
    runtime = await openRuntime(config, { log, version: VERSION })
  } catch (error) {
    return [...settings, failure('settings', error)]
  }
  try {
    const advice = ownerAdvice(config)
    const found = await findings(runtime)
    return [
      ...settings,
      ...found.map((one) => (one.fix === undefined ? one : { ...one, fix: advice(one.fix) })),
    ]
  } finally {
    await runtime.close()
  }
}

const asText = (found: readonly Finding[]): string =>
  found
    .map(({ check, verdict, message, fix }) => {
      // a message may hold what a node calls itself
      const line = `${MARKS[verdict]}  ${check.padEnd(12)} ${cleanText(message)}\n`
      return fix === undefined ? line : `${line}${' '.repeat(22)}→ ${fix}\n`
    })
    .join('')
