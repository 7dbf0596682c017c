import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { approvals, owner } from '../../src/cli/owner/owner.ts'
import { type Finished, runProgram } from './run-program.ts'
import { ServerProcess } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const SIMULATOR = new URL('../../../../packages/backends/simulator/src/index.ts', import.meta.url).href
export const PASSPHRASE = 'correct horse battery'

/** A wallet that counts as real, because its backend was chosen by a path, with everything in one folder. */
export class OwnedWallet {
  readonly folder = temporaryFolder()
  readonly data = join(this.folder, 'data')
  readonly ownerDir = join(this.folder, 'owner')
  readonly passphraseFile = join(this.folder, 'passphrase')
  readonly #backend = join(this.folder, 'real-money.mjs')

  constructor() {
    writeFileSync(this.#backend, `export { backendModule } from ${JSON.stringify(SIMULATOR)}`)
    writeFileSync(this.passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 })
  }

  get settings(): string[] {
    return ['--backend', this.#backend, '--data-dir', this.data, '--owner-dir', this.ownerDir]
  }

  /** One of the owner's commands, beside whatever runs; in this process, which saves the start of another. */
  run(...words: string[]): Promise<Finished> {
    return runHere([...words, ...this.settings])
  }

  /** Any command as a process of its own. */
  spawned(...words: string[]): Promise<Finished> {
    return runProgram([...words, ...this.settings])
  }

  /** The same with the right passphrase. */
  signed(...words: string[]): Promise<Finished> {
    return this.run(...words, '--passphrase-file', this.passphraseFile)
  }

  /** The data of a command that must succeed. */
  async answer(...words: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.run(...words, '--json')
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as Record<string, unknown>
  }

  async server(): Promise<ServerProcess> {
    return started(new ServerProcess({ args: [...this.settings, '--log-level', 'error'] }))
  }

  /** The other side of the simulated network, which makes invoices to pay. */
  async otherSide(): Promise<ServerProcess> {
    return started(new ServerProcess({ args: ['--backend', 'simulator', '--data-dir', this.data] }))
  }

  /** Writes a policy file and answers its path. */
  policy(version: number, limits: object): string {
    const path = join(this.folder, `policy-${version}.json`)
    writeFileSync(path, JSON.stringify({ version, accounts: { default: limits } }))
    return path
  }
}

async function runHere(argv: readonly string[]): Promise<Finished> {
  const { stdout, stderr } = process
  const before = [stdout.write, stderr.write] as const
  const said = { stdout: '', stderr: '' }
  const listen = (name: 'stdout' | 'stderr') => {
    process[name].write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      said[name] += String(chunk)
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
      done?.()
      return true
    }) as typeof stdout.write
  }
  const [command = '', ...rest] = argv
  listen('stdout')
  listen('stderr')
  try {
    const run = { owner, approvals }[command]
    if (run === undefined) throw new TypeError(`${command} is none of the owner's commands`)
    const code = await run({ argv: rest, env: { HOME: '/nonexistent' }, cwd: tmpdir() })
    return { code, ...said }
  } finally {
    ;[stdout.write, stderr.write] = before
  }
}

async function started(server: ServerProcess): Promise<ServerProcess> {
  onTestFinished(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.kill()
  })
  await server.initialize()
  return server
}
