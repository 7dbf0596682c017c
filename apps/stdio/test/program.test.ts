import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TOOLSET_NAMES } from '@lightning-mcp/mcp'
import { describe, expect, it } from 'vitest'
import { runProgram } from './support/run-program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

describe('lightning-mcp on the command line', () => {
  it('prints its version', async () => {
    expect(await runProgram(['--version'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
  })

  it('prints help from the schema', async () => {
    const { code, stdout, stderr } = await runProgram(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('--max-payment-sats SATS')
    expect(stdout).toContain('LIGHTNING_MCP_MAX_PAYMENT_SATS')
    for (const name of TOOLSET_NAMES) expect(stdout).toMatch(new RegExp(`tools to offer: [^(]*\\b${name}\\b`))
  })

  it.each(['init', 'doctor'])('%s --help is help and does nothing else', async (command) => {
    const config = join(temporaryFolder(), 'config.json')
    const args = [command, '--backend', 'cln', '--yes', '--help', '--config', config]
    const { code, stdout, stderr } = await runProgram(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('lightning-mcp init [settings]')
    expect(stdout).toContain('CLN_SOCKET')
    expect(existsSync(config)).toBe(false)
  })

  it("prints a backend's options when one is named", async () => {
    const { stdout } = await runProgram(['--backend', 'lnd', '--help'])
    expect(stdout).toContain('LND_')
  })

  it('prints the configuration with sources and without secrets', async () => {
    const file = join(temporaryFolder(), 'config.json')
    writeFileSync(file, JSON.stringify({ maxPaymentSats: 77 }), { mode: 0o600 })
    const { code, stdout } = await runProgram(['--print-config', '--config', file, '--read-only'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      backend: { value: 'simulator', from: 'default' },
      maxPaymentSats: { value: 77, from: 'file' },
      readOnly: { value: true, from: 'flag' },
    })
  })

  it('takes a command after the settings too', async () => {
    const { code, stdout } = await runProgram(['--backend', 'simulator', 'doctor', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true })
  })

  const wrong: { name: string; args: string[]; says: RegExp }[] = [
    { name: 'an unknown flag', args: ['--max-paymnt-sats=1'], says: /Did you mean --max-payment-sats\?/ },
    { name: 'a wrong value', args: ['--max-payment-sats=-1'], says: /whole number of sats/ },
    { name: 'an unknown backend', args: ['--backend', 'lnnd'], says: /Did you mean lnd\?/ },
    { name: 'a secret', args: ['--token', 'x'.repeat(20)], says: /not taken from the command line/ },
    { name: 'a stray word', args: ['serve'], says: /argument 1: is not understood/ },
    { name: 'an unknown flag of doctor', args: ['doctor', '--jsn'], says: /--jsn: is not a known flag/ },
  ]
  it.each(wrong)('refuses $name with exit code 2 and words on stderr alone', async ({ args, says }) => {
    const { code, stdout, stderr } = await runProgram(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})
