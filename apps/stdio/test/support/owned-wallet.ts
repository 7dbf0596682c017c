import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
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
  readonly #backend = join(this.folder, 'real-money.mjs')

  constructor() {
    writeFileSync(this.#backend, `export { backendModule } from ${JSON.stringify(SIMULATOR)}`)
    writeFileSync(join(this.folder, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 })
  }

  get settings(): string[] {
    return ['--backend', this.#backend, '--data-dir', this.data, '--owner-dir', this.ownerDir]
  }

  /** One of the owner's commands, beside whatever runs. */
  run(...words: string[]): Promise<Finished> {
    return runProgram([...words, ...this.settings])
  }

  /** The same with the right passphrase. */
  signed(...words: string[]): Promise<Finished> {
    return this.run(...words, '--passphrase-file', join(this.folder, 'passphrase'))
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

async function started(server: ServerProcess): Promise<ServerProcess> {
  onTestFinished(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.kill()
  })
  await server.initialize()
  return server
}
