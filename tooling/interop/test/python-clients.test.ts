import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePython } from '../python/require-python.ts'
import { serverCommand } from '../servers/commands.ts'
import { type HttpServer, startHttpServer } from '../servers/http-server.ts'

const python = await requirePython('Python mcp and fastmcp clients')
const exec = promisify(execFile)
const SIMULATOR = ['--backend', 'simulator']

interface Report {
  revision: string
  tools: number
  error: string
}

const report = async (script: string, args: readonly string[]): Promise<Report> => {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url))
  const { stdout } = await exec(String(python), ['-B', path, ...args], { timeout: 60_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

describe.skipIf(python === undefined)('Python clients list and call', () => {
  let http: HttpServer
  beforeAll(async () => {
    http = await startHttpServer({ args: SIMULATOR })
  })
  afterAll(() => http.end('SIGTERM'))

  const stdio = serverCommand('stdio', SIMULATOR)
  const places = {
    http: () => ['http', http.url],
    stdio: () => ['stdio', stdio.command, ...stdio.args],
  }

  test.each([
    { script: 'mcp_client.py', mode: 'auto', transport: 'http', revision: '2026-07-28' },
    { script: 'mcp_client.py', mode: 'legacy', transport: 'http', revision: '2025-11-25' },
    { script: 'mcp_client.py', mode: 'auto', transport: 'stdio', revision: '2026-07-28' },
    { script: 'mcp_client.py', mode: 'legacy', transport: 'stdio', revision: '2025-11-25' },
    { script: 'fastmcp_client.py', mode: 'auto', transport: 'http', revision: '2026-07-28' },
    { script: 'fastmcp_client.py', mode: 'legacy', transport: 'http', revision: '2025-11-25' },
    { script: 'fastmcp_client.py', mode: 'auto', transport: 'stdio', revision: '2026-07-28' },
    { script: 'fastmcp_client.py', mode: 'legacy', transport: 'stdio', revision: '2025-11-25' },
  ] as const)('$script over $transport, mode $mode', { timeout: 90_000 }, async (given) => {
    const { revision, tools, error } = await report(given.script, [given.mode, ...places[given.transport]()])
    expect(revision).toBe(given.revision)
    expect(tools).toBeGreaterThanOrEqual(12)
    expect(error).toMatch(/^invalid_invoice: /)
  })
})
