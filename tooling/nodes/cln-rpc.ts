import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Say, sayOnStderr } from './build.ts'
import { cacheFolder } from './paths.ts'
import { nodesRequired } from './require-nodes.ts'

/** A Rust program that reads Core Lightning's answers with the typed models of the crate `cln-rpc`. */
const crateFolder = join(import.meta.dirname, 'rust')
const NAME = process.platform === 'win32' ? 'cln-rpc-check.exe' : 'cln-rpc-check'

/** Changes with everything that changes the program. */
function programPath(): string {
  const key = createHash('sha256')
  for (const file of ['Cargo.toml', 'Cargo.lock', join('src', 'main.rs')])
    key.update(readFileSync(join(crateFolder, file)))
  key.update(`${process.platform} ${process.arch}`)
  return join(cacheFolder(), 'cln-rpc', key.digest('hex').slice(0, 16), NAME)
}

/** On the path, else where rustup puts it, which a bare environment does not name. */
function findCargo(): string | undefined {
  const home = process.env['CARGO_HOME'] ?? join(homedir(), '.cargo')
  return ['cargo', join(home, 'bin', 'cargo')].find(
    (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0,
  )
}

/** Builds it with Cargo unless it is there: a minute or two. */
export async function buildClnRpc(say: Say = sayOnStderr): Promise<string> {
  const program = programPath()
  if (existsSync(program)) return program
  const cargo = findCargo()
  if (cargo === undefined)
    throw new Error(
      'Cargo is missing: the check with cln-rpc is written in Rust. Install Rust (https://rustup.rs or your package manager), then run: npm run nodes -- cln-rpc',
    )
  say('building the check with cln-rpc (once; one to two minutes)')
  // Cargo locks its folder itself: a second process that builds meanwhile waits
  const target = join(cacheFolder(), 'cln-rpc', 'target')
  await new Promise<void>((resolve, reject) => {
    const child = spawn(cargo, ['build', '--release', '--locked', '--quiet'], {
      cwd: crateFolder,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, CARGO_TARGET_DIR: target },
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`cargo build ended with ${code}. crates.io must be reachable.`)),
    )
  })
  mkdirSync(join(program, '..'), { recursive: true })
  const draft = `${program}.${process.pid}`
  copyFileSync(join(target, 'release', NAME), draft)
  renameSync(draft, program)
  return program
}

/** The program, or undefined after saying loudly what is skipped; built where `LIGHTNING_MCP_REQUIRE=all`. */
export async function requireClnRpc(what: string): Promise<string | undefined> {
  const program = programPath()
  if (existsSync(program)) return program
  if (nodesRequired()) return buildClnRpc()
  process.stderr.write(
    `\n${'!'.repeat(80)}\n!! SKIPPED: ${what}. To run it, build it once with Rust (two minutes):\n!!   npm run nodes -- cln-rpc\n${'!'.repeat(80)}\n\n`,
  )
  return undefined
}
