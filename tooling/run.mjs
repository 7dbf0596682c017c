#!/usr/bin/env node
// Every root script starts here. Runs on Node 20 with nothing installed: brings Node 24 and pnpm
// into .toolchain from the npm registry where the machine's are too old, installs the workspace,
// and then becomes the command that was asked for. Set-up talks on stderr only: stdout belongs to
// the command (an MCP client reads JSON-RPC from the first byte).
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const toolchain = join(root, '.toolchain')
const PNPM = '12.21.0'
const NODE = '24.21.0'
const NODE_FLOOR = [24, 11]

const say = (text) => process.stderr.write(`[lightning-mcp] ${text}\n`)

const nodeIsNew = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])
}

const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const nodePath = nodeIsNew()
  ? process.execPath
  : join(toolchain, 'node_modules', nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const pnpmPath = join(toolchain, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs')

/** Runs a program whose own stdout would spoil ours: both of its streams go to stderr. */
const runQuietly = (command, args, env = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32' && command === 'npm',
    })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))))
  })

const manifests = () =>
  ['packages', 'packages/backends', 'apps', 'examples', 'tooling'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')),
  )

/** What an installed workspace was made from; another answer means: install again. */
const wanted = () => {
  const hash = createHash('sha256').update(`2 ${PNPM} ${NODE} ${process.platform} ${process.arch} `)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests()])
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

const stamp = join(toolchain, 'ready')
const isReady = () =>
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === wanted() &&
  existsSync(join(root, 'node_modules', '.modules.yaml'))

/** Two clients may start the server at once on a fresh clone: one installs, the other waits. */
const withLock = async (work) => {
  const lock = join(toolchain, 'lock')
  mkdirSync(toolchain, { recursive: true })
  let told = false
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const age = (() => {
        try {
          return Date.now() - statSync(lock).mtimeMs
        } catch {
          return 0
        }
      })()
      if (age > 60_000) rmSync(lock, { recursive: true, force: true })
      else if (!told) {
        say('another start is setting up; waiting for it')
        told = true
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
  const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 5_000)
  const release = () => rmSync(lock, { recursive: true, force: true })
  const interrupted = (signal) => {
    release()
    process.exit(128 + constants.signals[signal])
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  try {
    await work()
  } finally {
    clearInterval(beat)
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    release()
  }
}

const setUp = async () => {
  if (isReady()) return
  await withLock(async () => {
    if (isReady()) return
    const started = Date.now()
    say(
      existsSync(stamp)
        ? 'dependencies changed: bringing them up to date'
        : 'first start: setting up (20 to 60 seconds, once)',
    )
    const packages = [`pnpm@${PNPM}`]
    if (!nodeIsNew()) packages.push(`${nodePackage}@${NODE}`)
    const have = (name, version) => {
      const manifest = join(toolchain, 'node_modules', name, 'package.json')
      return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version
    }
    if (!have('pnpm', PNPM) || (!nodeIsNew() && !have(nodePackage, NODE))) {
      say(`1/2 tools: ${packages.join(', ')}`)
      await runQuietly('npm', [
        'install',
        '--prefix',
        toolchain,
        '--ignore-scripts',
        '--no-save',
        '--no-package-lock',
        '--loglevel=error',
        ...packages,
      ])
    }
    say('2/2 packages of the workspace')
    const frozen =
      process.env.CI && existsSync(join(root, 'pnpm-lock.yaml'))
        ? ['--frozen-lockfile']
        : ['--no-frozen-lockfile']
    await runQuietly(
      nodePath,
      [pnpmPath, 'install', ...frozen, '--prefer-offline', '--reporter=append-only'],
      childEnv(),
    )
    writeShims()
    writeFileSync(stamp, wanted())
    say(`set up in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  })
}

// turbo starts `pnpm` by name and cannot run the package's own bin, which is a script without a first line
const shims = join(toolchain, 'bin')
const writeShims = () => {
  mkdirSync(shims, { recursive: true })
  if (process.platform === 'win32')
    writeFileSync(join(shims, 'pnpm.cmd'), `@"${nodePath}" "${pnpmPath}" %*\r\n`)
  else
    writeFileSync(join(shims, 'pnpm'), `#!/bin/sh\nexec "${nodePath}" "${pnpmPath}" "$@"\n`, { mode: 0o755 })
}

/** The private Node comes first on PATH, so that whatever a script starts runs on it too. */
const childEnv = () => ({
  PATH: [dirname(nodePath), join(root, 'node_modules', '.bin'), shims, process.env.PATH].join(
    process.platform === 'win32' ? ';' : ':',
  ),
  LIGHTNING_MCP_PNPM: pnpmPath,
  TURBO_TELEMETRY_DISABLED: '1',
})

const source = ['--conditions=development', '--disable-warning=ExperimentalWarning']
const bin = (name, file) => join(root, 'node_modules', name, file)
const commands = {
  setup: undefined,
  demo: [...source, join(root, 'tooling', 'demo', 'demo.ts')],
  test: [bin('vitest', 'vitest.mjs'), 'run'],
  check: [...source, join(root, 'tooling', 'checks', 'check.ts')],
  build: [bin('turbo', 'bin/turbo'), 'run', 'build', '--output-logs=errors-only'],
  bench: ['--expose-gc', ...source, join(root, 'tooling', 'bench', 'bench.ts')],
  chaos: [...source, join(root, 'tooling', 'chaos', 'chaos.ts')],
  nodes: [...source, join(root, 'tooling', 'nodes', 'main.ts')],
  stdio: [...source, join(root, 'apps', 'stdio', 'src', 'main.ts')],
  http: [...source, join(root, 'apps', 'http', 'src', 'main.ts')],
}

const [name, ...args] = process.argv.slice(2)
if (name === undefined || !(name in commands)) {
  say(`usage: npm run ${Object.keys(commands).join(' | ')} [-- ARGS]`)
  process.exit(2)
}

try {
  await setUp()
} catch (error) {
  say(`set-up failed: ${error.message}. Check that the npm registry can be reached, then run: npm run setup`)
  process.exit(1)
}

const command = commands[name]
if (command === undefined) {
  say('ready')
} else {
  const child = spawn(nodePath, [...command, ...args], {
    cwd: name === 'stdio' || name === 'http' ? (process.env.INIT_CWD ?? root) : root,
    stdio: 'inherit',
    env: { ...process.env, ...childEnv() },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    say(`could not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)))
}
