import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface SuiteResult {
  exitCode: number | null
  /** Scenario → how many of its checks passed and failed. */
  scenarios: ReadonlyMap<string, { passed: number; failed: number }>
  /** All that the suite printed, for the message of a failing test. */
  output: string
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const suite = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))
const SUMMARY_LINE = /^[✓✗] (\S+): (\d+) passed, (\d+) failed/gm

const run = async (url: string, args: readonly string[]): Promise<SuiteResult> => {
  const results = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  try {
    const child = spawn(process.execPath, [suite, 'server', '--url', url, '-o', results, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    const scenarios = new Map(
      [...output.matchAll(SUMMARY_LINE)].map(([, name, passed, failed]) => [
        String(name),
        { passed: Number(passed), failed: Number(failed) },
      ]),
    )
    return { exitCode, scenarios, output }
  } finally {
    await rm(results, { recursive: true, force: true })
  }
}

/** All that a revision requires, with the failures that its file expects and no other. */
export const runRequirements = (url: string, revision: string): Promise<SuiteResult> =>
  run(url, ['--requirements', revision, '--expected-failures', `expected-failures-${revision}.yml`])

/** The same for a server without the suite's fixtures, whose scenarios fail: nothing is expected. */
export const runAsIs = (url: string, revision: string): Promise<SuiteResult> =>
  run(url, ['--requirements', revision])
