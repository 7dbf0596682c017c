import { sep } from 'node:path'
import { loadConfig } from '@lightning-mcp/config'
import { describe, expect, test } from 'vitest'
import { ownerAdvice } from '../src/owner-advice.ts'

const FROM_NPM = ['', 'home', 'me', 'node_modules', 'lightning-mcp', 'dist', 'main.js'].join(sep)
const FROM_CLONE = ['', 'home', 'me', 'lightning-mcp', 'packages', 'runtime', 'src', 'x.ts'].join(sep)

const adviceWith = async (argv: readonly string[], source: string, env: Record<string, string> = {}) =>
  ownerAdvice(
    await loadConfig({ argv, env: { HOME: '/home/me', ...env }, cwd: '/srv', app: 'stdio' }),
    source,
  )

describe.skipIf(process.platform === 'win32')('advice to the owner', () => {
  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['with nothing set', [], {}, 'npx -y lightning-mcp owner resume'],
    [
      'by flags, with paths that hold anywhere',
      ['--backend', 'simulator', '--data-dir', 'my data', '--owner-dir', '/o'],
      {},
      "npx -y lightning-mcp --backend simulator --data-dir '/srv/my data' --owner-dir /o owner resume",
    ],
    [
      'by the environment of a client, without secrets',
      [],
      {
        LIGHTNING_MCP_BACKEND: 'lnd',
        LIGHTNING_MCP_DATA_DIR: '/d',
        LIGHTNING_MCP_DATABASE: 'postgres://me:secret@db/x',
        LND_SOCKET: 'localhost:10009',
        LND_MACAROON: '00',
      },
      'npx -y lightning-mcp --backend lnd --data-dir /d owner resume',
    ],
  ])('repeats the settings that were given %s', async (_, argv, env, expected) => {
    const advice = await adviceWith(argv, FROM_NPM, env)
    expect(advice('To go on: lightning-mcp owner resume')).toBe(`To go on: ${expected}`)
  })

  test('starts the program as a clone does', async () => {
    const advice = await adviceWith([], FROM_CLONE)
    expect(advice('Run lightning-mcp approvals approve ID or lightning-mcp doctor.')).toBe(
      'Run npm run -s --prefix /home/me/lightning-mcp stdio -- approvals approve ID or npm run -s --prefix /home/me/lightning-mcp stdio -- doctor.',
    )
  })

  test('leaves other mentions of the program alone', async () => {
    const text = 'lightning-mcp: the owner; lightning-mcp-http owner; lightning-mcp 1.0 is up'
    expect((await adviceWith([], FROM_CLONE))(text)).toBe(text)
  })
})
