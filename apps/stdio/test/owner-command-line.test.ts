import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@lightning-mcp/config'
import { afterEach, describe, expect, it } from 'vitest'
import { commandHelp } from '../src/cli/owner/command-help.ts'
import { approvals, owner } from '../src/cli/owner/owner.ts'
import { OWNER_COMMANDS } from '../src/cli/owner/owner-commands.ts'
import { ownerHelp } from '../src/cli/owner/owner-help.ts'
import { OwnedWallet, PASSPHRASE } from './support/owned-wallet.ts'
import { runProgram } from './support/run-program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const write = process.stdout.write
afterEach(() => {
  // a command keeps stdout for its answer
  process.stdout.write = write
})

describe('help', () => {
  it.each(Object.entries(OWNER_COMMANDS))('there is for owner %s', async (_, load) => {
    const text = commandHelp(await load())
    expect(text).toMatch(/Usage:\n {2}lightning-mcp /)
    for (const part of ['--json', '--help', '--data-dir']) expect(text).toContain(part)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(124)
  })

  it('lists every command', async () => {
    const text = await ownerHelp()
    for (const name of Object.keys(OWNER_COMMANDS)) expect(text).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })

  it('is printed by the program', async () => {
    expect(await runProgram(['owner', 'payments', '--help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('--export csv|json'),
    })
  })
})

describe('a wrong command line', () => {
  it.each([
    { argv: ['frobnicate'], message: /owner: needs one of its commands/ },
    { argv: ['pasue'], message: /Did you mean pause\?/ },
    { argv: ['payments', '--stauts', 'x'], message: /Did you mean --status\?/ },
    { argv: ['payments', '--status', 'paid'], message: /--status: names a state that there is not/ },
    { argv: ['payments', '--export', 'xml'], message: /--export: must be one of csv, json/ },
    { argv: ['payments', 'all'], message: /takes no further word/ },
    { argv: ['payments', '--data-dri', 'x'], message: /Did you mean --data-dir\?/ },
    { argv: ['audit', 'verfiy'], message: /Did you mean verify\?/ },
    { argv: ['audit', '--limit', '0'], message: /--limit: must be a whole number/ },
    { argv: ['audit', 'export', '--what', 'all'], message: /--what: must be one of decisions, journal/ },
    { argv: ['policy', 'set'], message: /takes FILE/ },
    { argv: ['accounts', 'credit', 'shop'], message: /takes NAME and SATS/ },
    { argv: ['accounts', 'credit', 'shop', '1.5'], message: /whole number of sats/ },
    { argv: ['accounts', 'debit', 'shop', '-5'], message: /not a known flag/ },
    { argv: ['init', '--passphrase', 'x'], message: /--passphrase: is not a known flag/ },
    { argv: ['init', '--passphrase-file'], message: /--passphrase-file: needs a value/ },
    { argv: ['pause', 'now'], message: /takes no further word/ },
  ])('is refused: owner $argv', async ({ argv, message }) => {
    const folder = temporaryFolder()
    const settings = ['--backend', 'simulator', '--data-dir', join(folder, 'data')]
    const error = await owner({ argv: [...argv, ...settings], env: { HOME: folder }, cwd: folder }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toMatch(message)
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it('is refused under the other name of approvals too', async () => {
    const folder = temporaryFolder()
    const asked = approvals({ argv: ['approve'], env: { HOME: folder }, cwd: folder })
    await expect(asked).rejects.toThrow(/takes ID/)
  })

  it('ends with exit code 2, and nothing on stdout', async () => {
    expect(await runProgram(['owner', 'audit', 'verfiy'])).toMatchObject({ code: 2, stdout: '' })
  })
})

it('a failure is data too', async () => {
  const { code, stdout } = await runProgram(['owner', 'payments', '--json', '--backend', 'simulator'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    error: { code: 'invalid_request', hint: expect.stringContaining('--data-dir') },
  })
})

it('the passphrase comes from stdin where a script says so, and is printed nowhere', async () => {
  const wallet = new OwnedWallet()
  const init = ['owner', 'init', ...wallet.settings, '--passphrase-file', '-']
  const { code, stdout, stderr } = await runProgram(init, { input: `${PASSPHRASE}\n` })
  expect(code).toBe(0)
  expect(stdout + stderr).not.toContain(PASSPHRASE)
  expect(await runProgram(init, { input: 'another one' })).toMatchObject({ code: 1 })
  const short = new OwnedWallet()
  const refused = await runProgram(['owner', 'init', ...short.settings, '--passphrase-file=-'], {
    input: 'short',
  })
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('fewer than') })
  expect(existsSync(short.ownerDir)).toBe(false)
}, 60_000)

describe('the books', () => {
  it('are checked by audit verify as by owner audit verify', async () => {
    const wallet = new OwnedWallet()
    await wallet.signed('owner', 'init')
    const [short, long] = [
      await wallet.spawned('audit', 'verify'),
      await wallet.run('owner', 'audit', 'verify'),
    ]
    expect(short).toEqual(long)
    expect(short).toMatchObject({ code: 0, stdout: expect.stringContaining('The books are right') })
  })
})

describe('a folder in which no wallet was ever kept', () => {
  it.each([['pause'], ['resume'], ['payments'], ['audit', 'verify'], ['approvals']])(
    'is no answer to owner %s',
    async (...words) => {
      const wallet = new OwnedWallet()
      const answer = await wallet.run('owner', ...words)
      expect(answer).toMatchObject({ code: 1, stdout: '' })
      expect(answer.stderr).toContain(`there are no records of a wallet in ${wallet.data}`)
      expect(answer.stderr).toMatch(/→ Give the settings with which the server was started/)
      expect(existsSync(join(wallet.data, 'wallet.sqlite'))).toBe(false)
    },
  )
})

describe('a policy that was in force and is gone', () => {
  it('is not shown as no policy, nor followed by a lower version', async () => {
    const wallet = new OwnedWallet()
    await wallet.signed('owner', 'init')
    await wallet.signed('owner', 'policy', 'set', wallet.policy(4, { maxPaymentSats: 5 }))
    const server = await wallet.server()
    expect(await server.data('get_budget')).toMatchObject({ max_payment_sats: 5 })
    rmSync(join(wallet.data, 'policy.json'))
    expect(await wallet.run('owner', 'policy')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('version 4 of the policy was in force and is not in its place'),
    })
    expect(await wallet.run('owner', 'policy', 'check', 'gone.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no such file'),
    })
    expect(await wallet.run('owner', 'policy', 'check', wallet.policy(3, {}))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Set "version": 5'),
    })
    const next = await wallet.run('owner', 'policy', 'check', wallet.policy(5, {}))
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining('compared with the defaults') })
    expect(next.stdout).toMatch(/npm run -s .* owner policy set \S+policy-5\.json\n$/)
  })
})
