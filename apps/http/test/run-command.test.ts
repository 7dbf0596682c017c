import { afterEach, describe, expect, test, vi } from 'vitest'
import { runCommand } from '../src/run-command.ts'

const capture = () => {
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  return () => text
}

describe('the command', () => {
  afterEach(() => void vi.restoreAllMocks())

  test('--version prints the version alone', async () => {
    const stdout = capture()
    expect(await runCommand({ argv: ['--version'], env: {}, cwd: '/' })).toBe(0)
    expect(stdout()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('--help names every flag of this app', async () => {
    const stdout = capture()
    expect(await runCommand({ argv: ['--help'], env: {}, cwd: '/' })).toBe(0)
    for (const flag of ['--backend', '--port', '--host', '--allowed-hosts', '--behind-proxy', '--data-dir'])
      expect(stdout()).toContain(flag)
  })

  test('--help with a backend names its options', async () => {
    const stdout = capture()
    expect(await runCommand({ argv: ['--backend', 'lnd', '--help'], env: {}, cwd: '/' })).toBe(0)
    expect(stdout()).toContain('Options of the backend lnd')
  })

  test('the token is taken out of the environment and never printed', async () => {
    const stdout = capture()
    const env: NodeJS.ProcessEnv = { LIGHTNING_MCP_TOKEN: 'canary-0123456789abcdef', HOME: '/nowhere' }
    expect(await runCommand({ argv: ['--print-config'], env, cwd: '/' })).toBe(0)
    expect(stdout()).toContain('[secret]')
    expect(stdout()).not.toContain('canary')
    expect(env['LIGHTNING_MCP_TOKEN']).toBeUndefined()
  })
})
