import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownCommand } from '@lightning-mcp/runtime'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { clientSettings } from '../src/cli/client-settings.ts'
import { runProgram } from './support/run-program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const CLONE = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const SECRET = 'canary-secret-0123456789'

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

describe('init', () => {
  it('writes a file that only its owner can read', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'made', 'config.json')
    const { code, stdout, stderr } = await runProgram(
      [
        'init',
        '--yes',
        '--backend',
        'simulator',
        '--config',
        file,
        '--max-payment-sats',
        '500',
        '--data-dir',
        'data',
      ],
      { cwd: folder },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700)
    expect(read(file)).toEqual({
      backend: 'simulator',
      options: {},
      maxPaymentSats: '500',
      dataDir: join(folder, 'data'),
    })
    expect(stdout.replaceAll(folder, 'FOLDER').replaceAll(CLONE, '/CLONE')).toMatchSnapshot()
  })

  it('asks for what it was not told', async () => {
    const folder = temporaryFolder()
    const { code, stderr } = await runProgram(['init', '--config', 'config.json'], {
      cwd: fixtureBackend(folder),
      input: `./backend.mjs\n${SECRET}\n2500\n`,
    })
    expect(stderr).toMatchSnapshot()
    expect(code).toBe(0)
    expect(read(join(folder, 'config.json'))).toEqual({
      backend: join(folder, 'backend.mjs'),
      options: { apiKey: SECRET },
      maxPaymentSats: '2500',
    })
  })

  it('leaves a default to the owner’s policy', async () => {
    const folder = temporaryFolder()
    const given = { cwd: fixtureBackend(folder), input: `./backend.mjs\n${SECRET}\n\n` }
    expect(await runProgram(['init', '--config', 'config.json'], given)).toMatchObject({ code: 0 })
    expect(read(join(folder, 'config.json'))).not.toHaveProperty('maxPaymentSats')
  })

  it('takes secrets from the environment and prints none', async () => {
    const folder = temporaryFolder()
    const { code, stdout, stderr } = await runProgram(
      ['init', '--yes', '--backend', './backend.mjs', '--config', 'c.json'],
      {
        cwd: fixtureBackend(folder),
        env: { FIXTURE_KEY: SECRET },
      },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(read(join(folder, 'c.json'))).toMatchObject({ options: { apiKey: SECRET } })
    expect(stdout).not.toContain(SECRET)
  })

  it('takes no secret from the command line', async () => {
    const folder = temporaryFolder()
    const { code, stdout, stderr } = await runProgram(
      ['init', '--yes', '--backend', './backend.mjs', '--config', 'c.json', '--option', `apiKey=${SECRET}`],
      { cwd: fixtureBackend(folder) },
    )
    expect(code).toBe(2)
    expect(stderr).toContain('is secret and not taken from the command line')
    expect(stdout + stderr).not.toContain(SECRET)
    expect(() => statSync(join(folder, 'c.json'))).toThrow()
  })

  it('refuses a file that would not work and leaves nothing behind', async () => {
    const folder = temporaryFolder()
    const { code, stderr } = await runProgram(
      ['init', '--yes', '--backend', './backend.mjs', '--config', 'c.json'],
      {
        cwd: fixtureBackend(folder),
      },
    )
    expect(code).toBe(2)
    expect(stderr).toContain('FIXTURE_KEY')
    expect(() => statSync(join(folder, 'c.json'))).toThrow()
  })

  it('replaces a file only when told to', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'config.json')
    writeFileSync(file, '{}')
    const args = ['init', '--yes', '--config', file]
    const refused = await runProgram(args)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--force')
    expect(read(file)).toEqual({})
    expect((await runProgram([...args, '--force'])).code).toBe(0)
    expect(read(file)).toMatchObject({ backend: 'simulator' })
  })

  it('asks nothing for a file that it may not replace', async () => {
    const file = join(temporaryFolder(), 'config.json')
    writeFileSync(file, '{}')
    const { code, stderr } = await runProgram(['init', '--config', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^lightning-mcp: .*config\.json exists/)
  })
})

/** A backend with a required secret, beside the file that names it. */
function fixtureBackend(folder: string): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'backend.mjs'),
    `export const backendModule = {
      interfaceVersion: 1, kind: 'fixture', title: 'Fixture', capabilities: { getInfo: 'native' },
      options: { apiKey: { type: 'string', description: 'Key', secret: true, required: true, environment: ['FIXTURE_KEY'] } },
      createBackend() { throw new Error('not opened') },
    }`,
  )
  return folder
}

describe('client settings', () => {
  const command = {
    command: 'npx',
    args: ['-y', 'lightning-mcp', '--config', '/home/o\'x/a "b"/config.json'],
  }
  const byClient = Object.fromEntries(clientSettings(command).map((entry) => [entry.client, entry.text]))

  it.each(['Claude Desktop', 'Cursor'])('are valid JSON for %s', (client) => {
    expect(JSON.parse(byClient[client] ?? '')).toEqual({ mcpServers: { lightning: command } })
  })

  it('are valid JSON for VS Code', () => {
    expect(JSON.parse(byClient['VS Code'] ?? '')).toEqual({
      servers: { lightning: { type: 'stdio', ...command } },
    })
  })

  it('are valid TOML for Codex', () => {
    expect(parseToml(byClient['Codex'] ?? '')).toEqual({ mcp_servers: { lightning: command } })
  })

  it('are one quoted shell command for Claude Code', () => {
    expect(byClient['Claude Code']).toBe(
      `claude mcp add lightning -- npx -y lightning-mcp --config '/home/o'\\''x/a "b"/config.json'`,
    )
  })

  const places = [
    { source: '/home/me/lightning-mcp/apps/stdio/src/cli/own-command.ts', command: 'npm' },
    { source: '/home/me/lightning-mcp/apps/stdio/dist/init-ABC.js', command: 'npm' },
    { source: '/home/me/.npm/_npx/1/node_modules/lightning-mcp/dist/init-ABC.js', command: 'npx' },
  ]
  it.each(places)('start $source with $command', ({ source, command: expected }) => {
    expect(ownCommand([], source).command).toBe(expected)
  })
})
