import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServerOptions, ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const CANARY = 'canary-secret-0123456789'
/** Nothing listens there. */
const DEAD_NODE = {
  LND_SOCKET: '127.0.0.1:1',
  LND_MACAROON: '0201036c6e640100',
}

interface Case {
  name: string
  given: (folder: string) => ServerOptions
  says: RegExp
  code?: string
}

describe('a start that fails', () => {
  const cases: Case[] = [
    {
      name: 'a configuration file that is not there',
      given: (folder) => ({ env: { LIGHTNING_MCP_CONFIG: join(folder, 'missing.json') }, args: [] }),
      says: /missing\.json: does not exist/,
    },
    {
      name: 'a configuration file that is no JSON',
      given: (folder) => {
        writeFileSync(join(folder, 'c.json'), `{"apiKey": "${CANARY}"`, { mode: 0o600 })
        return { args: ['--config', join(folder, 'c.json')] }
      },
      says: /is not valid JSON/,
    },
    {
      name: 'an unknown key in the file',
      given: (folder) => {
        writeFileSync(join(folder, 'c.json'), '{"maxPaymentSat": 5}', { mode: 0o600 })
        return { args: ['--config', join(folder, 'c.json')] }
      },
      says: /Did you mean maxPaymentSats\?/,
    },
    {
      name: 'a misspelt limit in the environment',
      given: () => ({ args: [], env: { LIGHTNING_MCP_MAX_PAYMENT_SAT: '5' } }),
      says: /Did you mean LIGHTNING_MCP_MAX_PAYMENT_SATS\?/,
    },
    {
      name: 'a backend that is not installed',
      given: () => ({ args: [], env: { LIGHTNING_MCP_BACKEND: 'not-installed-anywhere' } }),
      says: /neither built in nor an npm package/,
    },
    {
      name: 'a tool that does not exist among those to leave out',
      given: () => ({ args: ['--backend', 'simulator', '--exclude-tools', 'pay_invoces'] }),
      says: /There is no tool "pay_invoces"/,
    },
    {
      name: 'a backend without its options',
      given: () => ({ args: [], env: { LIGHTNING_MCP_BACKEND: 'lnd' } }),
      says: /macaroon/,
    },
  ]
  it.each(cases)('is told through MCP and on stderr: $name', async ({ given, says, code = 'not_ready' }) => {
    const server = new ServerProcess(given(temporaryFolder()))
    onTestFinished(() => server.kill())
    const { result } = await server.initialize()
    expect(result).toHaveProperty('serverInfo')
    const listed = (await server.request('tools/list')).result?.['tools'] as { name: string }[]
    expect(listed.length).toBeGreaterThan(5)
    // its business is to tell what is wrong, so it may do so as an answer
    expect(JSON.stringify(await server.call('check_connection')).replaceAll('\\"', '"')).toMatch(says)
    for (const name of ['get_wallet_balance', 'pay_invoice']) {
      const answer = await server.call(name, name === 'pay_invoice' ? { invoice: 'lnbcrt1x' } : {})
      expect(answer.isError).toBe(true)
      expect(String(answer.structuredContent?.['message'])).toMatch(says)
      expect(answer.structuredContent).toMatchObject({ code, money_may_have_moved: false })
    }
    await server.until(() => says.test(server.stderr))
    expect(await server.end()).toEqual({ code: 0, signal: null })
    for (const line of server.stdout.split('\n').slice(0, -1))
      expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    expect(server.stdout + server.stderr).not.toContain(CANARY)
    expect(server.stdout).not.toMatch(/\\n\s+at /)
  })

  it('is told through MCP and on stderr: a node that is down', async () => {
    const folder = temporaryFolder()
    const server = new ServerProcess({
      args: ['--backend', 'lnd', '--data-dir', folder],
      env: DEAD_NODE,
    })
    onTestFinished(() => server.kill())
    await server.initialize()
    const answer = await server.call('get_wallet_balance')
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: 'unavailable' } })
    await server.until(() => /error|warn/.test(server.stderr))
    expect(await server.end()).toEqual({ code: 0, signal: null })
  })

  it('is told where the records of a node never seen would lie in two places', async () => {
    const server = new ServerProcess({
      args: ['--backend', 'lnd'],
      env: { ...DEAD_NODE, HOME: temporaryFolder() },
    })
    onTestFinished(() => server.kill())
    await server.initialize()
    const answer = await server.call('pay_invoice', { invoice: 'lnbcrt1x' })
    expect(answer.isError).toBe(true)
    await server.until(() => /wallet could not be opened/.test(server.stderr))
  })
})
