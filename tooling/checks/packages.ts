/**
 * Packs every published package as npm would get it and asks publint and attw about the tarball:
 * what a user installs is judged, not the workspace.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const pnpm = process.env.LIGHTNING_MCP_PNPM ?? 'pnpm'

interface Manifest {
  name: string
  private?: boolean
  bin?: Record<string, string>
  exports?: unknown
}

const published = ['packages', 'packages/backends', 'apps']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true)

const work = mkdtempSync(join(tmpdir(), 'lightning-mcp-pack-'))
let problems = 0

const runTool = async (command: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    await execute(command, args, { cwd: root, maxBuffer: 16 * 1024 * 1024 })
    return undefined
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as { stdout?: string; stderr?: string; message: string }
    return `${stdout}${stderr}` || message
  }
}

try {
  for (const { folder, manifest } of published) {
    const destination = mkdtempSync(join(work, 'package-'))
    const packArgs = ['pack', '--pack-destination', destination]
    await execute(
      pnpm.endsWith('.mjs') ? process.execPath : pnpm,
      pnpm.endsWith('.mjs') ? [pnpm, ...packArgs] : packArgs,
      { cwd: folder },
    )
    const tarball = join(destination, readdirSync(destination)[0] as string)
    const complaints = [
      await runTool(join(root, 'node_modules/.bin/publint'), ['run', tarball, '--strict']),
      manifest.exports === undefined
        ? undefined
        : await runTool(join(root, 'node_modules/.bin/attw'), [
            tarball,
            '--profile',
            'esm-only',
            '--no-emoji',
          ]),
    ].filter((complaint) => complaint !== undefined)
    problems += complaints.length
    process.stdout.write(`${complaints.length === 0 ? 'ok    ' : 'FAILED'} ${manifest.name}\n`)
    for (const complaint of complaints) process.stdout.write(`${complaint}\n`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
process.exit(problems === 0 ? 0 : 1)
