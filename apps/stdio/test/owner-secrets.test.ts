import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OwnedWallet, PASSPHRASE } from './support/owned-wallet.ts'
import { runProgram } from './support/run-program.ts'

const PASSWORD = 'canary-of-the-database'
const WEBHOOK_SECRET = 'canary-of-the-webhook'
const CANARIES = [PASSWORD, WEBHOOK_SECRET, PASSPHRASE]

const timeout = 60_000

/** A configuration file that holds every secret there can be in it. */
function configured(wallet: OwnedWallet, settings: object = {}): string[] {
  const path = join(wallet.folder, 'config.json')
  const content = { webhookSecret: WEBHOOK_SECRET, logLevel: 'debug', ...settings }
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
  return ['--config', path]
}

function expectNoSecret(text: string): void {
  for (const canary of CANARIES) expect(text).not.toContain(canary)
}

describe('no secret is told', { timeout }, () => {
  it('where the database cannot be used', async () => {
    const wallet = new OwnedWallet()
    const database = `postgres://wallet:${PASSWORD}@127.0.0.1:1/wallet`
    const config = configured(wallet, { database })
    const key = ['--passphrase-file', wallet.passphraseFile]
    const commands = [
      ['payments'],
      ['payments', '--export', 'csv'],
      ['audit'],
      ['audit', 'verify'],
      ['approvals'],
      ['policy'],
      ['accounts'],
      ['pause'],
      ['resume', ...key],
      ['init', ...key],
    ]
    for (const words of commands)
      for (const form of [[], ['--json']]) {
        const { code, stdout, stderr } = await wallet.run('owner', ...words, ...form, ...config)
        expect([words, code]).toEqual([words, 1])
        expect(stderr).toMatch(/database cannot be used: its server cannot be reached/)
        expectNoSecret(stdout + stderr)
      }
    for (const words of [['--print-config'], ['doctor']]) {
      const { stdout, stderr } = await runProgram([...words, ...config, ...wallet.settings])
      expect(stdout).not.toBe('')
      expectNoSecret(stdout + stderr)
    }
  })

  it('where the connection string is wrong', async () => {
    const wallet = new OwnedWallet()
    for (const database of [`postgres//u:${PASSWORD}@h/d`, `postgres://u:${PASSWORD}@[/d`]) {
      const config = configured(wallet, { database, webhookSecret: 'short' })
      const { code, stdout, stderr } = await runProgram(['owner', 'audit', ...config, ...wallet.settings])
      expect(code).toBe(2)
      expect(stderr).toMatch(/database/)
      expectNoSecret(stdout + stderr)
      expect(stderr).not.toContain('short')
    }
  })

  it('by the files and commands of a wallet at work', async () => {
    const wallet = new OwnedWallet()
    const config = configured(wallet)
    const said: string[] = []
    const run = async (...words: string[]) => {
      const { code, stdout, stderr } = await wallet.signed('owner', ...words, ...config)
      expect([words, code, stderr]).toEqual([words, 0, expect.any(String)])
      said.push(stdout, stderr)
    }
    await run('init')
    await run('policy', 'set', wallet.policy(1, { approveAboveSats: 1 }))
    await run('accounts', 'add', 'shop')
    await run('payments', '--export', 'json')
    said.push((await wallet.run('owner', 'pause', ...config)).stdout)
    await run('resume')
    const written = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    const files = [...written(wallet.data), ...written(wallet.ownerDir)]
    expect(files.length).toBeGreaterThan(3)
    for (const path of files) said.push(readFileSync(path, 'latin1'))
    expectNoSecret(said.join('\n'))
  })
})

it.skipIf(process.platform === 'win32')(
  'others can read no more than public key and policy',
  async () => {
    const wallet = new OwnedWallet()
    const before = process.umask(0o022)
    try {
      // a folder that was there before keeps the mode that it has
      mkdirSync(wallet.data, { mode: 0o755 })
      await wallet.signed('owner', 'init')
      await wallet.signed('owner', 'policy', 'set', wallet.policy(1, {}))
      const server = await wallet.server()
      await server.data('create_invoice', { amount_sats: 5 })
      const modes = [wallet.data, wallet.ownerDir].flatMap((folder) =>
        readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777] as const),
      )
      const open = modes.filter(([, mode]) => (mode & 0o077) !== 0).map(([name]) => name)
      expect(modes.map(([name]) => name)).toEqual(expect.arrayContaining(['wallet.sqlite', 'owner-key.json']))
      expect(open.sort()).toEqual(['owner.json', 'policy.json'])
      await server.end()
    } finally {
      process.umask(before)
    }
  },
  timeout,
)
