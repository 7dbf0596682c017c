import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Binaries, BUILD_TAGS, binariesIn, buildFolder, cacheFolder, goModuleFolder } from './paths.ts'

export type Say = (text: string) => void

export const sayOnStderr: Say = (text) => {
  process.stderr.write(`[nodes] ${text}\n`)
}

/** The built nodes, or nothing where they have not been built for this version. */
export function findBinaries(): Binaries | undefined {
  const binaries = binariesIn(buildFolder())
  return existsSync(binaries.lnd) && existsSync(binaries.btcd) ? binaries : undefined
}

export const GO_MISSING =
  'Go is missing: LND and btcd are built from source. Install Go 1.24 or later (https://go.dev/dl or your package manager), then run: npm run nodes -- build'

/** Builds LND and btcd unless they are there. A second process that asks meanwhile waits for the first. */
export async function buildNodes(say: Say = sayOnStderr): Promise<Binaries> {
  const built = findBinaries()
  if (built !== undefined) return built
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) throw new Error(GO_MISSING)
  return withLock(say, async () => {
    const meanwhile = findBinaries()
    if (meanwhile !== undefined) return meanwhile
    const started = Date.now()
    const partial = `${buildFolder()}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    const target = binariesIn(partial)
    say(`building btcd and LND into ${buildFolder()} (once; about 5 minutes on two cores, 3 GB of Go caches)`)
    await goBuild(target.btcd, 'github.com/btcsuite/btcd', [], say)
    await goBuild(target.lnd, 'github.com/lightningnetwork/lnd/cmd/lnd', ['-tags', BUILD_TAGS], say)
    rmSync(buildFolder(), { recursive: true, force: true })
    renameSync(partial, buildFolder())
    say(`built in ${Math.round((Date.now() - started) / 1000)} s`)
    return binariesIn(buildFolder())
  })
}

function goBuild(output: string, target: string, flags: readonly string[], say: Say): Promise<void> {
  const started = Date.now()
  say(`  ${target} …`)
  const beat = setInterval(() => say(`  ${target} … ${Math.round((Date.now() - started) / 1000)} s`), 20_000)
  return new Promise<void>((resolve, reject) => {
    // Go's own progress (downloads, compile errors) goes to stderr as well
    const child = spawn('go', ['build', '-trimpath', '-ldflags', '-s -w', ...flags, '-o', output, target], {
      cwd: goModuleFolder,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(
              `go build ${target} ended with ${code}. The Go module proxy must be reachable (see "go env GOPROXY").`,
            ),
          ),
    )
  }).finally(() => clearInterval(beat))
}

/** A folder is the lock: making it is atomic everywhere. Its holder touches it, so that a dead one is noticed. */
async function withLock<T>(say: Say, work: () => Promise<T>): Promise<T> {
  const lock = join(cacheFolder(), 'build.lock')
  mkdirSync(cacheFolder(), { recursive: true })
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > 30_000) rmSync(lock, { recursive: true, force: true })
    else if (!told) say('another process is building; waiting for it')
    await delay(500)
  }
  const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 5_000)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(lock, { recursive: true, force: true })
  }
}
