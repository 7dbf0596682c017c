import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type App, ConfigError, type Environment, loadConfig, printConfig } from '../src/index.ts'

const fixture = fileURLToPath(new URL('./fixtures/backend.ts', import.meta.url))
const SECRET = 'canary-secret-value'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lightning-mcp-config-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Given {
  argv?: string[]
  env?: Environment
  file?: unknown
  app?: App
  mode?: number
}

let files = 0
async function load({ argv = [], env = {}, file, app = 'stdio', mode = 0o600 }: Given) {
  const path = join(folder, `config-${files++}.json`)
  if (file !== undefined) {
    await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file))
    await chmod(path, mode)
  }
  const flags = file === undefined ? argv : [...argv, '--config', path]
  return loadConfig({ argv: flags, env: { HOME: folder, ...env }, cwd: folder, app })
}

const refusal = async (given: Given): Promise<ConfigError> => {
  const error = await load(given).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  return error as ConfigError
}

/** The message without this run's folder. */
const text = (error: ConfigError): string =>
  error.message
    .replaceAll(folder, 'FOLDER')
    .replace(/config-\d+/g, 'config')
    .replaceAll(fixture, 'FIXTURE')

describe('precedence', () => {
  const cases: { name: string; given: Given; expected: bigint | undefined; from: string }[] = [
    { name: 'nothing from a default', given: {}, expected: undefined, from: 'default' },
    { name: 'the file', given: { file: { maxPaymentSats: 1 } }, expected: 1000n, from: 'file' },
    {
      name: 'the environment over the file',
      given: { file: { maxPaymentSats: 1 }, env: { LIGHTNING_MCP_MAX_PAYMENT_SATS: '2' } },
      expected: 2000n,
      from: 'environment',
    },
    {
      name: 'a flag over both',
      given: {
        file: { maxPaymentSats: 1 },
        env: { LIGHTNING_MCP_MAX_PAYMENT_SATS: '2' },
        argv: ['--max-payment-sats', '3'],
      },
      expected: 3000n,
      from: 'flag',
    },
    {
      name: 'the last of two flags',
      given: { argv: ['--max-payment-sats=3', '--max-payment-sats=4'] },
      expected: 4000n,
      from: 'flag',
    },
    {
      name: 'nothing from an empty variable',
      given: { env: { LIGHTNING_MCP_MAX_PAYMENT_SATS: '' } },
      expected: undefined,
      from: 'default',
    },
  ]
  it.each(cases)('takes $name', async ({ given, expected, from }) => {
    const config = await load(given)
    expect(config.limits.maxPaymentMsat).toBe(expected)
    expect(config.sources.maxPaymentSats).toBe(from)
  })
})

describe('limits', () => {
  it('holds those that were set, and no default', async () => {
    expect((await load({})).limits).toEqual({})
    const { limits } = await load({
      file: { maxPerHourSats: 1, maxPer30DaysSats: 3 },
      env: { LIGHTNING_MCP_MAX_PER_DAY_SATS: '2', LIGHTNING_MCP_MAX_LIFETIME_SATS: '4' },
      argv: [
        '--max-payments-per-minute',
        '5',
        '--max-per-30-days-sats=6',
        '--max-fee-sats=7',
        '--max-into-channel-sats=8',
        '--max-into-channels-per-day-sats=9',
      ],
    })
    expect(limits).toEqual({
      maxPerHourMsat: 1_000n,
      maxPerDayMsat: 2_000n,
      maxPer30DaysMsat: 6_000n,
      maxLifetimeMsat: 4_000n,
      maxIntoChannelMsat: 8_000n,
      maxIntoChannelsPerDayMsat: 9_000n,
      maxPaymentsPerMinute: 5,
      maxFee: { partsPerMillion: 10_000, floorMsat: 7_000n },
    })
  })

  it.each([
    ['--max-per-hour-sats', '-1'],
    ['--max-per-day-sats', '1.5'],
    ['--max-per-30-days-sats', 'x'],
    ['--max-lifetime-sats', '2100000000000001'],
    ['--max-payments-per-minute', '1000001'],
  ])('refuses %s %s', async (flag, value) => {
    await expect(load({ argv: [`${flag}=${value}`] })).rejects.toThrow(flag)
  })
})

describe('values', () => {
  it('reads text and JSON alike', async () => {
    const fromText = await load({
      env: {
        LIGHTNING_MCP_TOOLSETS: 'wallet, channels',
        LIGHTNING_MCP_READ_ONLY: 'true',
        LIGHTNING_MCP_MAX_FEE_PERCENT: '0.25',
        LIGHTNING_MCP_PORT: '8001',
      },
    })
    const fromJson = await load({
      file: { toolsets: ['wallet', 'channels'], readOnly: true, maxFeePercent: 0.25, port: 8001 },
    })
    for (const config of [fromText, fromJson]) {
      expect(config.tools).toEqual({ toolsets: ['wallet', 'channels'], readOnly: true })
      expect(config.limits.maxFee).toEqual({ partsPerMillion: 2500, floorMsat: 10_000n })
      expect(config.http.port).toBe(8001)
    }
  })

  it('makes paths absolute from where the server was started', async () => {
    const config = await load({ argv: ['--data-dir', 'data'] })
    expect(config.dataDir).toBe(join(folder, 'data'))
  })

  it('is the default account, or the one that flag, environment or file name', async () => {
    expect((await load({})).account).toBe('default')
    expect((await load({ argv: ['--account', 'shop.2'] })).account).toBe('shop.2')
    expect((await load({ env: { LIGHTNING_MCP_ACCOUNT: 'alice' } })).account).toBe('alice')
    expect((await load({ file: { account: 'bob' } })).account).toBe('bob')
  })

  it("looks for the owner's key apart from the data, or where it is told", async () => {
    const home = { XDG_CONFIG_HOME: join(folder, 'configuration') }
    const apart = await load({ argv: ['--data-dir', 'data'], env: home })
    if (process.platform === 'linux')
      expect(apart.ownerDir).toBe(join(folder, 'configuration', 'lightning-mcp', 'owner'))
    expect((await load({ argv: ['--owner-dir', 'mine'] })).ownerDir).toBe(join(folder, 'mine'))
    const told = await load({ env: { LIGHTNING_MCP_OWNER_DIR: join(folder, 'theirs') } })
    expect(told.ownerDir).toBe(join(folder, 'theirs'))
    expect((await load({ file: { ownerDir: 'filed' } })).ownerDir).toBe(join(folder, 'filed'))
  })

  it("takes a path in the file from the file's folder", async () => {
    const path = join(folder, 'elsewhere', 'config.json')
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(path, JSON.stringify({ dataDir: 'data' }))
    const config = await loadConfig({
      argv: ['--config', path],
      env: { HOME: folder },
      cwd: '/',
      app: 'stdio',
    })
    expect(config.dataDir).toBe(join(folder, 'elsewhere', 'data'))
  })

  it('takes an amount beyond the safe integers exactly', async () => {
    const config = await load({ argv: ['--max-payment-sats', '2099999999999999'] })
    expect(config.limits.maxPaymentMsat).toBe(2_099_999_999_999_999_000n)
  })

  it('runs the simulator and says so where nothing is chosen', async () => {
    const config = await load({})
    expect(config.backend.name).toBe('simulator')
    expect(config.warnings).toEqual([expect.stringContaining('no real money')])
  })

  it('says which backend the environment describes', async () => {
    const config = await load({ env: { LND_SOCKET: 'localhost:10009' } })
    expect(config.warnings[0]).toContain('--backend lnd')
  })

  it('says nothing where the simulator was chosen', async () => {
    expect((await load({ argv: ['--backend', 'simulator'] })).warnings).toEqual([])
  })
})

describe('refusals', () => {
  const cases: { name: string; given: Given; usage: boolean }[] = [
    { name: 'unknown flag', given: { argv: ['--max-paymnet-sats', '5'] }, usage: true },
    { name: 'flag named like a part of every object', given: { argv: ['--constructor'] }, usage: true },
    { name: 'account that is no name', given: { argv: ['--account', '../other'] }, usage: true },
    { name: 'flag without value', given: { argv: ['--backend', '--read-only'] }, usage: true },
    { name: 'flag of the other app', given: { argv: ['--port', '80'] }, usage: true },
    { name: 'stray word', given: { argv: ['serve'] }, usage: true },
    { name: 'secret flag', given: { argv: ['--token', SECRET], app: 'http' }, usage: true },
    { name: 'option without name', given: { argv: ['--option', SECRET] }, usage: true },
    { name: 'unknown variable', given: { env: { LIGHTNING_MCP_MAX_PAYMENT_SAT: '5' } }, usage: false },
    { name: 'unknown key', given: { file: { maxPayment: 5 } }, usage: false },
    {
      name: 'settings that a file may not hold',
      given: { file: { token: SECRET, config: 'x' } },
      usage: false,
    },
    { name: 'broken JSON', given: { file: `{"apiKey": "${SECRET}"` }, usage: false },
    { name: 'JSON of another shape', given: { file: [1] }, usage: false },
    {
      name: 'file that is not there',
      given: { env: { LIGHTNING_MCP_CONFIG: 'missing.json' } },
      usage: false,
    },
    {
      name: 'wrong types, all at once',
      given: {
        file: { maxPaymentSats: 1.5, readOnly: 'maybe', toolsets: 7, logLevel: 'loud' },
        env: { LIGHTNING_MCP_MAX_FEE_PERCENT: '101', LIGHTNING_MCP_DATA_DIR: ' '.repeat(0) },
      },
      usage: false,
    },
    { name: 'negative limit', given: { argv: ['--max-payment-sats=-1'] }, usage: true },
    {
      name: 'limit above 21 million BTC',
      given: { argv: ['--max-payment-sats=2100000000000001'] },
      usage: true,
    },
    { name: 'misspelt backend', given: { argv: ['--backend', 'simulater'] }, usage: true },
    {
      name: 'backend that is no name',
      given: { env: { LIGHTNING_MCP_BACKEND: 'https://example.com' } },
      usage: false,
    },
    {
      name: 'token that no header can carry',
      given: { env: { LIGHTNING_MCP_TOKEN: `${SECRET} with blanks` }, app: 'http' },
      usage: false,
    },
    {
      name: 'database on the command line',
      given: { argv: ['--database', `postgres://a:${SECRET}@localhost/x`] },
      usage: true,
    },
    {
      name: 'database of another kind',
      given: { env: { LIGHTNING_MCP_DATABASE: `mysql://a:${SECRET}@localhost/x` } },
      usage: false,
    },
    {
      name: 'webhook secret on the command line',
      given: { argv: ['--webhook-secret', `${SECRET}-webhook`] },
      usage: true,
    },
    {
      name: 'short webhook secret',
      given: { env: { LIGHTNING_MCP_WEBHOOK_SECRET: 'short' } },
      usage: false,
    },
    { name: 'short token', given: { env: { LIGHTNING_MCP_TOKEN: 'short' }, app: 'http' }, usage: false },
  ]
  it.each(cases)('names what is wrong: $name', async ({ given, usage }) => {
    const error = await refusal(given)
    expect(text(error)).toMatchSnapshot()
    expect(error.isUsage).toBe(usage)
    expect(error.message).not.toContain(SECRET)
  })

  it('leaves the variables of a backend to that backend', async () => {
    const config = await load({ env: { LIGHTNING_MCP_SIMULATOR_NODE: 'bob' } })
    expect(config.backend.options.values['node']).toBe('bob')
  })

  it('ignores settings of the other app in a shared environment', async () => {
    const config = await load({ env: { LIGHTNING_MCP_PORT: '9000', LIGHTNING_MCP_TOKEN: SECRET } })
    expect(config.app).toBe('stdio')
  })
})

describe('options of a backend', () => {
  const env = { FIXTURE_URL: 'http://127.0.0.1:1', FIXTURE_KEY: SECRET }
  const argv = ['--backend', fixture]

  it('come from file, variables and flags, in that order', async () => {
    const config = await load({
      argv: [...argv, '--option', 'retries=7'],
      env,
      file: { options: { url: 'http://file', retries: 1, verify: true } },
    })
    expect(config.backend.options.values).toMatchObject({
      url: 'http://127.0.0.1:1',
      retries: 7,
      verify: true,
    })
    expect(config.backend.options.sources).toEqual({
      url: 'environment',
      apiKey: 'environment',
      retries: 'flag',
      verify: 'file',
    })
  })

  it("leave out the file's where another backend is chosen", async () => {
    const file = { backend: fixture, options: { url: 'x', apiKey: SECRET } }
    const config = await load({ argv: ['--backend', 'simulator'], file })
    expect(config.backend.options.values).toEqual({})
  })

  it('take the first variable that is set', async () => {
    const config = await load({ argv, env: { FIXTURE_HOST: 'second', FIXTURE_KEY: SECRET } })
    expect(config.backend.options.values['url']).toBe('second')
  })

  const cases: { name: string; given: Given; usage: boolean }[] = [
    { name: 'missing ones', given: { argv }, usage: false },
    {
      name: 'a secret on the command line',
      given: { argv: [...argv, '--option', `apiKey=${SECRET}`], env },
      usage: true,
    },
    { name: 'an unknown flag', given: { argv: [...argv, '--option', 'retry=1'], env }, usage: true },
    { name: 'an unknown key', given: { argv, env, file: { options: { veryfy: true } } }, usage: false },
    {
      name: 'wrong types',
      given: { argv: [...argv, '--option', 'retries=many'], env, file: { options: { verify: 'maybe' } } },
      usage: true,
    },
  ]
  it.each(cases)('are refused: $name', async ({ given, usage }) => {
    const error = await refusal(given)
    expect(text(error)).toMatchSnapshot()
    expect(error.isUsage).toBe(usage)
    expect(error.message).not.toContain(SECRET)
  })

  it('show no secret, however the configuration is printed', async () => {
    const config = await load({
      argv,
      env: {
        ...env,
        LIGHTNING_MCP_TOKEN: `${SECRET}-token`,
        LIGHTNING_MCP_DATABASE: `postgres://a:${SECRET}@localhost/x`,
        LIGHTNING_MCP_WEBHOOK_SECRET: `${SECRET}-webhook`,
      },
      app: 'http',
    })
    expect(config.database?.reveal()).toContain(SECRET)
    expect(config.webhookSecret?.reveal()).toBe(`${SECRET}-webhook`)
    const printed = [printConfig(config), inspect(config, { depth: 9 }), String(config.http.token)].join('\n')
    expect(printed).not.toContain(SECRET)
    expect(JSON.parse(printConfig(config)).options.apiKey).toEqual({ value: '[secret]', from: 'environment' })
  })

  it('warn where others can read a secret in the file', async () => {
    const file = { options: { apiKey: SECRET } }
    const open = await load({ argv, env: { FIXTURE_URL: 'x' }, file, mode: 0o644 })
    expect(open.warnings).toEqual([expect.stringMatching(/chmod 600/)])
    const closed = await load({ argv, env: { FIXTURE_URL: 'x' }, file })
    expect(closed.warnings).toEqual([])
    const database = await load({ argv, env, file: { database: 'postgres://a:b@localhost/x' }, mode: 0o644 })
    expect(database.warnings).toEqual([expect.stringMatching(/chmod 600/)])
    const webhook = await load({ argv, env, file: { webhookSecret: `${SECRET}-webhook` }, mode: 0o644 })
    expect(webhook.warnings).toEqual([expect.stringMatching(/chmod 600/)])
    const without = await load({ argv, env, file: { options: { verify: true } }, mode: 0o644 })
    expect(without.warnings).toEqual([])
  })
})
