import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { examine } from '../src/cli/doctor.ts'
import { OwnedWallet } from './support/owned-wallet.ts'
import { runProgram } from './support/run-program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const SIMULATOR = new URL('../../../packages/backends/simulator/src/index.ts', import.meta.url).href

interface Finding {
  check: string
  verdict: string
  message: string
  fix?: string
}

const asData = (stdout: string): { ok: boolean; findings: Finding[] } =>
  JSON.parse(stdout) as { ok: boolean; findings: Finding[] }

describe('doctor', () => {
  it('finds nothing wrong with the simulator', async () => {
    const { code, stdout, stderr } = await runProgram([
      'doctor',
      '--backend',
      'simulator',
      '--option',
      'seed=doctor',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(
      stdout.replace(/simulator \d\S+/, 'simulator VERSION').replace(/block \d+/, 'block HEIGHT'),
    ).toMatchSnapshot()
  })

  it('tells the same as data', async () => {
    const folder = temporaryFolder()
    const { code, stdout } = await runProgram([
      'doctor',
      '--json',
      '--backend',
      'simulator',
      '--data-dir',
      folder,
    ])
    expect(code).toBe(0)
    const { ok, findings } = asData(stdout)
    expect(ok).toBe(true)
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(['settings', 'store', 'connection', 'permissions', 'sync', 'liquidity']),
    )
    expect(findings.find(({ check }) => check === 'store')?.message).toContain(folder)
    expect(statSync(join(folder, 'wallet.sqlite')).isFile()).toBe(true)
  })

  it('calls nothing payable that the credential may not pay', async () => {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, 'receive-only.mjs'),
      `import { backendModule as simulator } from ${JSON.stringify(SIMULATOR)}
      export const backendModule = {
        ...simulator,
        async createBackend(...args) {
          const backend = await simulator.createBackend(...args)
          const connect = backend.connect.bind(backend)
          backend.connect = async (options) => {
            const profile = await connect(options)
            return { ...profile, permissions: { ...profile.permissions, send: 'denied' } }
          }
          return backend
        },
      }`,
    )
    const argv = ['--backend', join(folder, 'receive-only.mjs')]
    const found = await examine({ argv, env: { HOME: folder }, cwd: folder })
    const messages = found.map(({ message }) => message)
    expect(messages).toContain('the node can pay 1000000 sats, this credential nothing')
    expect(messages).toContain('999200 sats can be received')
  })

  it('tells that spending on the simulator is paused', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'PAUSE'), '')
    const argv = ['--backend', 'simulator', '--data-dir', folder]
    expect((await examine({ argv, env: { HOME: folder }, cwd: folder })).at(-1)).toMatchObject({
      check: 'owner',
      verdict: 'warn',
      message: expect.stringMatching(/^nothing can be spent: spending is paused/),
    })
  })

  it('tells whether the owner lets it spend, and what no limit keeps out', async () => {
    const wallet = new OwnedWallet()
    const ownerFindings = async (): Promise<Finding[]> => {
      const { stdout } = await wallet.spawned('doctor', '--json')
      return asData(stdout).findings.filter(({ check }) => check === 'owner')
    }
    expect((await ownerFindings())[0]).toMatchObject({
      verdict: 'warn',
      message: expect.stringContaining('nothing can be spent'),
      fix: expect.stringMatching(/^The owner has to run: npm run -s .* owner init$/),
    })
    await wallet.signed('owner', 'init')
    const found = await ownerFindings()
    expect(found.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'warn', 'warn'])
    expect(found[2]).toMatchObject({
      message: expect.stringContaining('an agent with a shell'),
      fix: expect.stringContaining('a credential that may only receive'),
    })
  }, 60_000)

  const failures: {
    name: string
    args: string[]
    env?: Record<string, string>
    check: string
    says: RegExp
  }[] = [
    {
      name: 'settings that are wrong',
      args: [],
      env: { LIGHTNING_MCP_MAX_PAYMENT_SAT: '1' },
      check: 'settings',
      says: /not a known setting/,
    },
    {
      name: 'a tool that does not exist',
      args: ['--exclude-tools', 'pay_invoces'],
      check: 'settings',
      says: /There is no tool "pay_invoces"/,
    },
    {
      name: 'a node that is down',
      args: ['--backend', 'lnd', '--data-dir', 'data'],
      env: { LND_SOCKET: '127.0.0.1:1', LND_MACAROON: '0201036c6e640100' },
      check: 'connection',
      says: /./,
    },
    {
      name: 'a node never seen that is down',
      args: ['--backend', 'lnd'],
      env: { LND_SOCKET: '127.0.0.1:1', LND_MACAROON: '0201036c6e640100' },
      check: 'wallet',
      says: /./,
    },
    {
      name: 'a data folder that cannot be made',
      args: ['--backend', 'simulator', '--data-dir', '/dev/null/data'],
      check: 'wallet',
      says: /data folder \/dev\/null\/data cannot be used/,
    },
  ]
  it('notices records that cannot be read', async () => {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, 'wallet.sqlite'),
      'this is no database, but long enough to be looked at '.repeat(100),
    )
    const argv = ['--backend', 'simulator', '--data-dir', folder]
    expect(await examine({ argv, env: { HOME: folder }, cwd: folder })).toContainEqual(
      expect.objectContaining({ verdict: 'fail', message: expect.stringMatching(/database/) }),
    )
  })

  it.each(failures)('says what to fix: $name', async ({ args, env, check, says }) => {
    const folder = temporaryFolder()
    const found = await examine({ argv: args, env: { HOME: folder, ...env }, cwd: folder })
    const failed = found.find(({ verdict }) => verdict === 'fail')
    expect(failed).toMatchObject({ check, message: expect.stringMatching(says), fix: expect.any(String) })
  })

  it('ends with 1 where something failed', async () => {
    const { code, stdout } = await runProgram(['doctor', '--json', '--exclude-tools', 'pay_invoces'])
    expect({ code, ok: asData(stdout).ok }).toEqual({ code: 1, ok: false })
  })

  it('warns where no backend was chosen', async () => {
    const { code, stdout } = await runProgram(['doctor'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^warning +settings +no backend was chosen/)
  })
})
